//! The document parser: what is read, where it stands, what is refused and how.

#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests fail by panicking")]

use fitgate::source::read::{self, Errors, Fields};
use fitgate::source::{self, Fault, Kind, Limits, Node, Position, SourceError, parse};
use proptest::prelude::*;

fn yaml(text: &str) -> Node {
    parse("t.yaml", text.as_bytes(), &Limits::default()).unwrap_or_else(|error| panic!("{error}"))
}

fn refused(text: impl AsRef<[u8]>) -> SourceError {
    parse("t.yaml", text.as_ref(), &Limits::default()).expect_err("a refusal")
}

fn at(line: u32, column: u32) -> Position {
    Position { line, column }
}

/// The tree as compact text: kinds and tags are visible, positions are not.
fn sketch(node: &Node) -> String {
    let tag = node.tag.as_ref().map(|tag| format!("!{tag} ")).unwrap_or_default();
    let value = match &node.kind {
        Kind::Null => "null".to_owned(),
        Kind::Bool(flag) => flag.to_string(),
        Kind::Number(number) => number.clone(),
        Kind::String(text) => format!("{text:?}"),
        Kind::Sequence(items) => format!("[{}]", items.iter().map(sketch).collect::<Vec<_>>().join(", ")),
        Kind::Mapping(entries) => {
            let entries = entries.iter().map(|entry| format!("{}: {}", entry.key, sketch(&entry.value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
    };
    tag + &value
}

#[test]
fn scalars_mean_what_cloudformation_tools_take_them_for() {
    let cases = [
        ("true", "true"),
        ("yes", "true"),
        ("off", "false"),
        ("No", "false"),
        ("y", "\"y\""),
        ("'yes'", "\"yes\""),
        ("~", "null"),
        ("null", "null"),
        ("", "null"),
        ("2012-10-17", "\"2012-10-17\""),
        ("012345678901", "\"012345678901\""),
        ("123456789012", "123456789012"),
        ("0", "0"),
        ("0.10", "0.10"),
        ("-1.5e3", "-1.5e3"),
        ("0x1F", "\"0x1F\""),
        ("1_000", "\"1_000\""),
        ("12:30", "\"12:30\""),
        ("1.2.3", "\"1.2.3\""),
        ("nodejs20.x", "\"nodejs20.x\""),
        (".5", ".5"),
        (".", "\".\""),
        ("1e", "\"1e\""),
        ("!!str 5", "\"5\""),
        ("!!int '5'", "5"),
        ("!Ref 5", "!Ref \"5\""),
        ("!GetAtt A.Arn", "!GetAtt \"A.Arn\""),
        ("!Sub", "!Sub \"\""),
        ("!Join ['', [a, !Ref b]]", "!Join [\"\", [\"a\", !Ref \"b\"]]"),
        ("\"\\u00e9\\n\"", "\"é\\n\""),
    ];
    for (text, expected) in cases {
        let document = format!("k: {text}\n");
        assert_eq!(sketch(yaml(&document).get("k").expect("k")), expected, "{text}");
    }
}

#[test]
fn json_is_read_exactly() {
    let text = "{\n\t\"a\": \"\\ud83d\\ude00\\/\\t\",\r\n \"b\": [1, 0.10, 1e2, -0, true, null],\n\"\": {}, \"<<\": {\"x\": 1}}";
    let node = parse("t.json", text.as_bytes(), &Limits::default()).expect("JSON");
    assert_eq!(sketch(&node), "{a: \"😀/\\t\", b: [1, 0.10, 1e2, -0, true, null], : {}, <<: {x: 1}}");
    assert_eq!(node.get("b").expect("b").at, at(3, 7));
    assert_eq!(node.entries()[0].key_at, at(2, 2));
    let long_key = format!("{{\"{}\": 1}}", "k".repeat(5000));
    assert!(parse("t", long_key.as_bytes(), &Limits::default()).is_ok());
    assert_eq!(sketch(&yaml("{a: b, c: [1,]}")), "{a: \"b\", c: [1]}");
}

#[test]
fn a_byte_order_mark_does_not_move_columns() {
    assert_eq!(yaml("\u{feff}a: b").get("a").expect("a").at, at(1, 4));
    assert_eq!(yaml("\u{feff}{\"a\": 1}").get("a").expect("a").at, at(1, 7));
}

#[test]
fn anchors_aliases_and_merge_keys() {
    let node = yaml("base: &b {x: 1, y: 2}\nagain: *b\nmerged: {<<: *b, y: 3}\nlist:\n  <<: [{x: 0, z: 9}, *b]\n");
    assert_eq!(sketch(node.get("again").expect("again")), "{x: 1, y: 2}");
    assert_eq!(sketch(node.get("merged").expect("merged")), "{x: 1, y: 3}");
    assert_eq!(sketch(node.get("list").expect("list")), "{x: 0, z: 9, y: 2}");
    assert_eq!(node.get("again").expect("again").at, at(1, 7), "an alias stands where its value is written");
}

#[test]
fn positions_count_lines_and_characters_from_one() {
    let node = yaml("é: {ü: [a,\n  b]}\nlast: |\n  text\n");
    let inner = node.get("é").and_then(|node| node.get("ü")).expect("é.ü");
    assert_eq!((inner.at, inner.items()[1].at), (at(1, 8), at(2, 3)));
    assert_eq!(node.entries()[1].key_at, at(3, 1));
}

#[test]
fn refusals_say_where_and_what_next() {
    let cases: &[(&[u8], &str)] = &[
        (b"", "t.yaml: the document is empty"),
        (b" \n\t\n", "t.yaml: the document is empty"),
        (b"# only a comment\n", "t.yaml:1:1: the document is empty"),
        (b"PK\x03\x04\0\0", "t.yaml: this is a binary file, not a text document"),
        (b"a: \xff", "t.yaml: the text is not UTF-8"),
        (b"\xff\xfea\0", "t.yaml: the text is not UTF-8"),
        (b"a: 1\nb: 2\na: 3\n", "t.yaml:3:1: the key \"a\" is written twice; the first is at 1:1"),
        (b"{\"a\": 1, \"a\": 2}", "t.yaml:1:10: the key \"a\" is written twice; the first is at 1:2"),
        (b"a: 1\n---\nb: 2\n", "t.yaml:2:1: a second document begins here; one is expected"),
        (b"a: &a [*a]", "t.yaml:1:8: an alias repeats the value that it is part of"),
        (b"<<: 5", "t.yaml:1:5: the merge key << needs a mapping or a list of mappings"),
        (b"a: !!binary aGk=", "t.yaml:1:4: the tag !!binary is not supported"),
        (b"? [a]\n: b", "t.yaml:1:3: a key must be plain text"),
        (b"!Ref a: b", "t.yaml:1:1: a key must be plain text"),
    ];
    for (bytes, message) in cases {
        let error = refused(bytes);
        assert_eq!(error.to_string(), *message);
        assert!(error.hint().is_some(), "{message}");
    }
    for (text, place) in
        [("a: *b", at(1, 4)), ("a: b: c", at(1, 5)), ("a: 'x", at(1, 4)), ("{\"a\": 1 \"b\"}", at(1, 8))]
    {
        let error = refused(text);
        assert_eq!(error.at, Some(place), "{error}");
        assert!(matches!(error.fault, Fault::Syntax(_)), "{error}");
        assert!(error.excerpt.is_some(), "{error}");
    }
}

#[test]
fn the_offending_line_is_cut_around_the_caret() {
    let error = refused("a: 1\n\tb: [\n");
    assert_eq!(error.at.map(|at| at.line), Some(2));
    assert_eq!(error.excerpt.expect("a line").line, " b: [");
    let minified = format!("{{\"a\": \"{}\", \"a\": 1}}", "x".repeat(100_000));
    let excerpt = refused(minified).excerpt.expect("a line");
    assert!(excerpt.line.len() <= 100);
    assert_eq!(excerpt.line.get(excerpt.caret..), Some("\"a\": 1}"));
}

#[test]
fn size_depth_and_nodes_are_bounded() {
    let limits = Limits { bytes: 1000, depth: 5, nodes: 50 };
    let refused = |text: String| parse("t", text.as_bytes(), &limits).expect_err("a limit").fault;
    assert!(matches!(refused("a".repeat(1001)), Fault::TooLarge { bytes: 1001, limit: 1000 }));
    assert!(matches!(refused("[".repeat(6) + &"]".repeat(6)), Fault::TooDeep { limit: 5 }));
    assert!(matches!(refused("a: ".to_owned() + &"[".repeat(6) + &"]".repeat(6)), Fault::TooDeep { limit: 5 }));
    assert!(matches!(refused(format!("x: [{}]", "1,".repeat(60))), Fault::TooManyNodes { limit: 50 }));
    assert!(matches!(refused("a: &a [[[1]]]\nb: {c: {d: *a}}".into()), Fault::TooDeep { limit: 5 }));
    assert!(parse("t", b"[[[[[1]]]]]", &limits).is_ok());
    assert!(parse("t.yaml", b"- - - - - a", &limits).is_ok());
}

#[test]
fn bombs_end_quickly() {
    let mut laughs = "a0: &a0 [lol,lol,lol,lol,lol,lol,lol,lol,lol]\n".to_owned();
    for level in 1..30 {
        let aliases = vec![format!("*a{}", level - 1); 9].join(",");
        laughs += &format!("a{level}: &a{level} [{aliases}]\n");
    }
    assert!(matches!(refused(&laughs).fault, Fault::TooManyNodes { .. }));
    for text in ["[".repeat(1_000_000), "{".repeat(1_000_000), "a:\n".repeat(100_000), "- ".repeat(1_000_000)] {
        refused(&text);
        assert!(parse("t.json", text.as_bytes(), &Limits::default()).is_err());
    }
    let merges = "b: &b {k: 1}\nc: {<<: [".to_owned() + &"*b,".repeat(100_000) + "]}";
    assert_eq!(sketch(yaml(&merges).get("c").expect("c")), "{k: 1}");
}

#[test]
fn a_reader_collects_every_mistake_in_order() {
    let text = "mode: enforc\nminimum: 101\nobserv: true\nlist: [1, x]\n";
    let node = yaml(text);
    let mut errors = Errors::new("p.yaml", text.as_bytes());
    let mut fields = Fields::of(&node, &mut errors, "the policy");
    let modes = [("enforce", 1), ("observe", 2)];
    let mode = fields.optional("mode", |node, errors| read::choice(node, errors, "mode", &modes));
    let minimum = fields.optional("minimum", |node, errors| read::integer(node, errors, 0, 100));
    let observe = fields.optional("observe", read::flag);
    let share = |node: &Node, errors: &mut Errors| read::number(node, errors, 0.0, 1.0);
    let list = fields.optional("list", |node, errors| read::list(node, errors, share));
    let name = fields.required("name", read::text);
    fields.finish();
    assert_eq!((mode, minimum, observe, name, list), (None, None, None, None, Some(vec![1.0])));
    let all = errors.finish(Some(())).expect_err("mistakes");
    let lines: Vec<_> = all.0.iter().map(|error| format!("{error} | {}", error.hint().unwrap_or_default())).collect();
    let expected = [
        "p.yaml:1:1: the policy has no \"name\" | add name",
        "p.yaml:1:7: mode: unknown mode \"enforc\" | did you mean \"enforce\"?",
        "p.yaml:2:10: minimum: 101 is not a whole number in range | 0 to 100",
        "p.yaml:3:1: unknown key in the policy: \"observ\" | did you mean \"observe\"?",
        "p.yaml:4:11: list[1]: expected a number, found text | ",
    ];
    assert_eq!(lines, expected);
    assert_eq!(all.0[3].excerpt.as_ref().map(|excerpt| excerpt.line.as_str()), Some("observ: true"));
}

#[test]
fn a_mistake_below_the_top_names_its_path() {
    let text = "outer:\n  inner:\n    - {k: 1}\n    - {l: 1}\n  innr: 2\n";
    let node = yaml(text);
    let mut errors = Errors::new("p.yaml", text.as_bytes());
    let mut fields = Fields::of(&node, &mut errors, "the policy");
    let item = |node: &Node, errors: &mut Errors| {
        let mut fields = Fields::of(node, errors, "an item");
        let number = fields.required("k", read::text);
        fields.finish();
        number
    };
    fields.optional("outer", |node, errors| {
        let mut fields = Fields::of(node, errors, "the outer");
        let items = fields.optional("inner", |node, errors| read::list(node, errors, item));
        fields.finish();
        items
    });
    fields.finish();
    let all = errors.finish(Some(())).expect_err("mistakes");
    let lines: Vec<_> = all.0.iter().map(ToString::to_string).collect();
    let expected = [
        "p.yaml:4:7: outer.inner[1]: an item has no \"k\"",
        "p.yaml:4:8: outer.inner[1]: unknown key \"l\"",
        "p.yaml:5:3: outer: unknown key \"innr\"",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn a_reader_of_something_else_than_a_mapping_says_so_once() {
    let node = yaml("[1]");
    let mut errors = Errors::new("p.yaml", b"[1]");
    let mut fields = Fields::of(&node, &mut errors, "the policy");
    assert_eq!(fields.required("a", read::text), None);
    fields.finish();
    let all = errors.finish(None::<()>).expect_err("mistakes");
    assert_eq!(all.to_string(), "p.yaml:1:1: the policy must be a mapping, found a list");
}

#[test]
fn the_nearest_word_is_near() {
    let known = ["BucketEncryption", "BucketName", "Tags"];
    assert_eq!(read::nearest("bucketname", known), Some("BucketName"));
    assert_eq!(read::nearest("BucketEncrypton", known), Some("BucketEncryption"));
    assert_eq!(read::nearest("Properties", known), None);
    assert_eq!(read::nearest(&"x".repeat(100_000), known), None);
}

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse("t", &bytes, &Limits::default());
    }

    #[test]
    fn random_yaml_never_panics(text in "[-a:{}\\[\\]!&*#|>'\"%@?, \\t\\n<0é]{0,60}") {
        if let Err(error) = parse("t", text.as_bytes(), &Limits::default()) {
            prop_assert!(!error.to_string().is_empty());
            let _ = source::Excerpt::of(&text, Position { line: u32::MAX, column: u32::MAX });
        }
    }

    #[test]
    fn json_and_serde_agree(value in json_value()) {
        let text = serde_json::to_string_pretty(&value).expect("JSON");
        let node = parse("t.json", text.as_bytes(), &Limits::default()).expect("JSON");
        prop_assert_eq!(as_json(&node), value);
    }
}

fn as_json(node: &Node) -> serde_json::Value {
    match &node.kind {
        Kind::Null => serde_json::Value::Null,
        Kind::Bool(flag) => (*flag).into(),
        Kind::Number(number) => serde_json::from_str(number).expect("a number"),
        Kind::String(text) => text.clone().into(),
        Kind::Sequence(items) => items.iter().map(as_json).collect(),
        Kind::Mapping(entries) => {
            serde_json::Value::Object(entries.iter().map(|entry| (entry.key.clone(), as_json(&entry.value))).collect())
        }
    }
}

fn json_value() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<String>().prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            proptest::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}
