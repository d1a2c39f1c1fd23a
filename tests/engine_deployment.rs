//! Strategies and AppSpecs, as CodeDeploy documents them.

use fitgate::deployment::{
    AppSpec, AppSpecError, MAX_SHIFT_MINUTES, PREDEFINED, Strategy, StrategyError, Weight, full_config_name,
};
use fitgate::event::Phase;
use proptest::prelude::{Just, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::strategy::Strategy as Generate;
use serde_json::{Value, json};

#[test]
fn predefined_strategies_shift_as_documented() {
    // Name, last minute, and (minute, percent) at points around the steps.
    type Points = &'static [(u32, u8)];
    let cases: &[(&str, u32, Points)] = &[
        ("AllAtOnce", 0, &[(0, 100), (1, 100)]),
        ("Canary10Percent5Minutes", 5, &[(0, 10), (4, 10), (5, 100), (6, 100)]),
        ("Canary10Percent10Minutes", 10, &[(0, 10), (9, 10), (10, 100)]),
        ("Canary10Percent15Minutes", 15, &[(0, 10), (14, 10), (15, 100)]),
        ("Canary10Percent30Minutes", 30, &[(0, 10), (29, 10), (30, 100)]),
        ("Linear10PercentEvery1Minute", 9, &[(0, 10), (1, 20), (5, 60), (8, 90), (9, 100), (500, 100)]),
        ("Linear10PercentEvery2Minutes", 18, &[(0, 10), (1, 10), (2, 20), (17, 90), (18, 100)]),
        ("Linear10PercentEvery3Minutes", 27, &[(0, 10), (2, 10), (3, 20), (27, 100)]),
        ("Linear10PercentEvery10Minutes", 90, &[(0, 10), (89, 90), (90, 100)]),
    ];
    assert_eq!(cases.len(), PREDEFINED.len());
    for (short, last, points) in cases {
        let strategy = Strategy::named(short).unwrap();
        let full = format!("CodeDeployDefault.Lambda{short}");
        assert_eq!(Strategy::named(&full), Some(strategy), "{short}");
        assert_eq!(strategy.predefined_name(), Some(full.clone()), "{short}");
        assert_eq!(full_config_name(short), Ok(full));
        assert_eq!(strategy.minutes(), *last, "{short}");
        assert_eq!(strategy.duration().as_secs(), u64::from(*last) * 60, "{short}");
        for (minute, percent) in *points {
            assert_eq!(strategy.weight_at(*minute).as_percent(), *percent, "{short} at {minute}");
        }
    }
}

#[test]
fn the_last_increment_of_a_linear_shift_is_what_is_left() {
    let steps = Strategy::linear(30, 7).unwrap().steps();
    let steps: Vec<_> = steps.iter().map(|step| (step.minute, step.weight.as_percent())).collect();
    assert_eq!(steps, [(0, 30), (7, 60), (14, 90), (21, 100)]);
}

#[test]
fn custom_strategies_keep_to_the_bounds() {
    for percentage in [1, 50, 99] {
        assert!(Strategy::canary(percentage, MAX_SHIFT_MINUTES).is_ok(), "{percentage}");
    }
    assert_eq!(Strategy::canary(0, 5), Err(StrategyError::Percentage(0)));
    assert_eq!(Strategy::canary(100, 5), Err(StrategyError::Percentage(100)));
    assert_eq!(Strategy::linear(10, 0), Err(StrategyError::Interval(0)));
    assert_eq!(Strategy::canary(10, 2_881), Err(StrategyError::TooLong { minutes: 2_881 }));
    assert!(Strategy::linear(10, 320).is_ok(), "9 x 320 min are 48 h");
    assert_eq!(Strategy::linear(10, 321), Err(StrategyError::TooLong { minutes: 2_889 }));
    assert_eq!(Strategy::linear(1, u32::MAX), Err(StrategyError::TooLong { minutes: u32::MAX }));
}

#[test]
fn names_that_codedeploy_could_not_know_are_refused() {
    assert_eq!(full_config_name("my.config-1_a+b=c,@"), Ok("my.config-1_a+b=c,@".to_owned()));
    for bad in ["", "with space", "CodeDeployDefault.Mine", "CodeDeployDefault.OneAtATime", "ü", &"x".repeat(101)] {
        assert!(matches!(full_config_name(bad), Err(StrategyError::Name(_))), "{bad}");
    }
    // Names are AWS's to the letter; another case is another name.
    assert_eq!(Strategy::named("allatonce"), None);
}

#[test]
fn a_strategy_is_written_as_traffic_routing_config() {
    let cases = [
        (Strategy::AllAtOnce, json!({"type": "AllAtOnce"})),
        (
            Strategy::canary(5, 15).unwrap(),
            json!({"type": "TimeBasedCanary", "timeBasedCanary": {"canaryPercentage": 5, "canaryInterval": 15}}),
        ),
        (
            Strategy::linear(20, 3).unwrap(),
            json!({"type": "TimeBasedLinear", "timeBasedLinear": {"linearPercentage": 20, "linearInterval": 3}}),
        ),
    ];
    for (strategy, document) in cases {
        assert_eq!(serde_json::to_value(strategy).unwrap(), document);
        assert_eq!(serde_json::from_value::<Strategy>(document).unwrap(), strategy);
    }
    let refused = [
        json!({"type": "TimeBasedCanary"}),
        json!({"type": "AllAtOnce", "timeBasedCanary": {"canaryPercentage": 5, "canaryInterval": 15}}),
        json!({"type": "Blue"}),
        json!({"type": "TimeBasedLinear", "timeBasedLinear": {"linearPercentage": 300, "linearInterval": 3}}),
        json!({"type": "TimeBasedLinear", "timeBasedLinear": {"linearPercentage": 10, "linearInterval": -3}}),
    ];
    for document in refused {
        assert!(serde_json::from_value::<Strategy>(document.clone()).is_err(), "{document}");
    }
}

#[test]
fn weights_are_fractions_of_one() {
    for percent in 0..=100_u8 {
        let weight = Weight::percent(percent);
        assert_eq!(Weight::try_from(weight.as_fraction()), Ok(weight));
        assert_eq!(weight.as_percent() + weight.rest().as_percent(), 100);
    }
    for bad in [-0.01, 1.01, f64::NAN, f64::INFINITY] {
        assert!(Weight::try_from(bad).is_err(), "{bad}");
    }
}

proptest! {
    #[test]
    fn a_shift_never_falls_and_ends_with_everything(strategy in any_strategy(), minute in 0..5_000_u32) {
        prop_assert!(strategy.weight_at(minute) <= strategy.weight_at(minute + 1));
        prop_assert!(strategy.weight_at(0) > Weight::NONE);
        prop_assert_eq!(strategy.weight_at(strategy.minutes()), Weight::ALL);
        let before = strategy.minutes().checked_sub(1).map(|minute| strategy.weight_at(minute));
        prop_assert!(before.is_none_or(|weight| weight < Weight::ALL));
    }

    #[test]
    fn steps_and_weights_agree(strategy in any_strategy()) {
        let steps = strategy.steps();
        for step in &steps {
            prop_assert_eq!(strategy.weight_at(step.minute), step.weight);
        }
        for pair in steps.windows(2) {
            prop_assert!(pair[0].minute < pair[1].minute && pair[0].weight < pair[1].weight);
            prop_assert_eq!(strategy.weight_at(pair[1].minute - 1), pair[0].weight);
        }
        prop_assert_eq!(steps.last().map(|step| step.weight), Some(Weight::ALL));
    }
}

fn any_strategy() -> impl Generate<Value = Strategy> {
    let parts = (any::<bool>(), 1..=99_u8, 1..=MAX_SHIFT_MINUTES);
    let custom = parts.prop_filter_map("outside of the bounds", |(canary, percentage, interval)| {
        let short = 1 + interval % (MAX_SHIFT_MINUTES / 99);
        if canary { Strategy::canary(percentage, interval).ok() } else { Strategy::linear(percentage, short).ok() }
    });
    prop_oneof![1 => Just(Strategy::AllAtOnce), 9 => custom]
}

fn document() -> Value {
    json!({
        "version": 0.0,
        "Resources": [{"myFn": {"Type": "AWS::Lambda::Function", "Properties": {
            "Name": "fn", "Alias": "live", "CurrentVersion": "3", "TargetVersion": "4"}}}],
        "Hooks": [{"BeforeAllowTraffic": "CodeDeployHook_pre"}, {"AfterAllowTraffic": "CodeDeployHook_post"}],
    })
}

#[expect(clippy::unwrap_used, reason = "the pointers are the tests' own")]
fn with(pointer: &str, value: Value) -> Value {
    let mut document = document();
    *document.pointer_mut(pointer).unwrap() = value;
    document
}

#[test]
fn an_app_spec_is_read_and_written() {
    let spec = AppSpec::from_value(&document()).unwrap();
    assert_eq!((spec.function.as_str(), spec.alias.as_str()), ("fn", "live"));
    assert_eq!((spec.current.number(), spec.target.number()), (3, 4));
    assert_eq!(spec.hooks.of(Phase::BeforeAllowTraffic), Some("CodeDeployHook_pre"));
    assert_eq!(spec.hooks.of(Phase::AfterAllowTraffic), Some("CodeDeployHook_post"));
    assert_eq!(serde_json::to_value(&spec).unwrap(), document());
    assert_eq!(serde_json::from_value::<AppSpec>(document()).unwrap(), spec);
}

#[test]
fn forms_seen_in_the_wild_are_read() {
    let mut lower = document();
    let map = lower.as_object_mut().unwrap();
    let hooks = map.remove("Hooks").unwrap();
    map.insert("hooks".to_owned(), hooks);
    let one_mapping = json!([{"BeforeAllowTraffic": "CodeDeployHook_pre", "AfterAllowTraffic": "CodeDeployHook_post"}]);
    let properties = "/Resources/0/myFn/Properties";
    let cases = [
        ("version as text", with("/version", json!("0.0"))),
        ("version as an integer", with("/version", json!(0))),
        ("lower-case hooks", lower),
        ("both hooks in one mapping", with("/Hooks", one_mapping)),
        ("versions as numbers", with(&format!("{properties}/TargetVersion"), json!(4))),
    ];
    for (name, case) in cases {
        assert_eq!(AppSpec::from_value(&case), AppSpec::from_value(&document()), "{name}");
    }
    let mut none = document();
    none.as_object_mut().unwrap().remove("Hooks");
    let spec = AppSpec::from_value(&none).unwrap();
    assert_eq!(Phase::ALL.map(|phase| spec.hooks.of(phase)), [None, None]);
    assert_eq!(spec.to_value(), none, "absent hooks are left out");
    assert!(AppSpec::from_value(&with("/Hooks", json!([]))).is_ok(), "an empty list names no hook");
}

#[test]
fn what_codedeploy_refuses_is_refused() {
    let properties = "/Resources/0/myFn/Properties";
    let two = json!([document()["Resources"][0], document()["Resources"][0]]);
    let twice = json!([{"BeforeAllowTraffic": "a"}, {"BeforeAllowTraffic": "b"}]);
    let cases = [
        (
            "a null hook",
            with("/Hooks/1/AfterAllowTraffic", Value::Null),
            "AfterAllowTraffic hook of the AppSpec is empty",
        ),
        ("an empty hook", with("/Hooks/0/BeforeAllowTraffic", json!("")), "BeforeAllowTraffic hook of the AppSpec is"),
        ("a null list of hooks", with("/Hooks", Value::Null), "Hooks of the AppSpec must be a list"),
        ("a hook of another platform", with("/Hooks/0", json!({"BeforeInstall": "x"})), "`BeforeInstall` is no hook"),
        ("a hook named twice", with("/Hooks", twice), "names the BeforeAllowTraffic hook twice"),
        ("another version", with("/version", json!("1.0")), "is 0.0, not \"1.0\""),
        ("no version", with("/version", Value::Null), "is 0.0, not null"),
        ("two functions", with("/Resources", two), "names 2 functions"),
        ("no function", with("/Resources", json!([])), "names 0 functions"),
        ("resources as a mapping", with("/Resources", json!({})), "Resources of the AppSpec must be a list"),
        ("another type", with("/Resources/0/myFn/Type", json!("AWS::ECS::Service")), "must be AWS::Lambda::Function"),
        (
            "$LATEST as target",
            with(&format!("{properties}/TargetVersion"), json!("$LATEST")),
            "$LATEST is not a published",
        ),
        (
            "$LATEST as current",
            with(&format!("{properties}/CurrentVersion"), json!("$LATEST")),
            "CurrentVersion of the",
        ),
        (
            "a version of words",
            with(&format!("{properties}/CurrentVersion"), json!("live")),
            "`live` is not the number",
        ),
        ("no alias", with(&format!("{properties}/Alias"), Value::Null), "Properties.Alias of the AppSpec must be text"),
        ("a list", json!([]), "the document of the AppSpec must be a mapping"),
    ];
    for (name, case, expected) in cases {
        let error = AppSpec::from_value(&case).unwrap_err().to_string();
        assert!(error.contains(expected), "{name}: {error}");
    }
    assert!(matches!(AppSpec::parse("{"), Err(AppSpecError::Syntax(_))));
    assert!(matches!(AppSpec::parse(&" ".repeat(300_000)), Err(AppSpecError::TooLarge { bytes: 300_000 })));
    let deep = format!("{{\"version\": {}", "[".repeat(100_000));
    assert!(matches!(AppSpec::parse(&deep), Err(AppSpecError::Syntax(_))));
}

#[test]
fn an_app_spec_in_yaml_means_the_same() {
    let yaml = "
version: 0.0
Resources:
  - myFn:
      Type: AWS::Lambda::Function
      Properties:
        Name: fn
        Alias: live
        CurrentVersion: 3
        TargetVersion: \"4\"
Hooks:
  - BeforeAllowTraffic: CodeDeployHook_pre
  - AfterAllowTraffic: CodeDeployHook_post
";
    assert_eq!(AppSpec::parse(yaml), AppSpec::from_value(&document()));
    assert_eq!(AppSpec::parse(&document().to_string()), AppSpec::from_value(&document()));
    let null_hook = yaml.replace("CodeDeployHook_post", "");
    let error = AppSpec::parse(&null_hook).unwrap_err();
    assert_eq!(error, AppSpecError::EmptyHook { phase: "AfterAllowTraffic" });
    let zeros = yaml.replace("CurrentVersion: 3", "CurrentVersion: 03");
    assert!(matches!(AppSpec::parse(&zeros), Err(AppSpecError::FunctionVersion { at: "CurrentVersion", .. })));
}
