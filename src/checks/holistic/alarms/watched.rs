//! Which alarms a deployment group watches, composite ones taken apart.

use crate::{
    facts::{
        Observed, Part, Properties, Target, Text, Why,
        cloudwatch::{Alarm, CompositeAlarm},
        codedeploy::DeploymentGroup,
    },
    inventory::LogicalId,
    stack::Stack,
};

const TYPES: &[&str] = &["AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"];

/// How many composite alarms inside each other we follow.
const MOST_NESTED: usize = 5;

/// What a deployment group watches.
pub(super) enum Watching<'a> {
    /// No alarm, and why.
    Nothing(&'static str),
    /// These, at least one.
    Alarms(Vec<Watched<'a>>),
    /// Nobody can tell.
    Unknown(Why),
}

/// One alarm.
pub(super) enum Watched<'a> {
    /// Of this stack.
    Alarm(&'a LogicalId, &'a Alarm),
    /// Of this stack, over others.
    Composite {
        /// Its name.
        id: &'a LogicalId,
        /// Its facts.
        alarm: &'a CompositeAlarm,
        /// The alarms in its rule.
        members: Vec<Watched<'a>>,
        /// Whether one of them is enough to set it off.
        only_or: bool,
    },
    /// By this name, and not of this stack.
    Elsewhere(String),
    /// Nobody can tell.
    Unknown(Why),
}

/// The alarms of a deployment group.
pub(super) fn watching<'a>(stack: &Stack<'a>, group: &DeploymentGroup) -> Watching<'a> {
    let configuration = match &group.alarm_configuration {
        Observed::Present(configuration) => configuration,
        Observed::Absent => return Watching::Nothing("AlarmConfiguration is absent: no alarm stops a deployment"),
        Observed::Unknown(why) => return Watching::Unknown(why.clone()),
    };
    match &configuration.enabled {
        Observed::Present(true) => {}
        Observed::Present(false) | Observed::Absent => {
            return Watching::Nothing("AlarmConfiguration is not enabled: no alarm stops a deployment");
        }
        Observed::Unknown(why) => return Watching::Unknown(why.clone()),
    }
    let alarms = match &configuration.alarms {
        Observed::Present(alarms) => alarms,
        Observed::Absent => return Watching::Nothing("AlarmConfiguration names no alarm"),
        Observed::Unknown(why) => return Watching::Unknown(why.clone()),
    };
    let alarms: Vec<Watched<'a>> = alarms
        .iter()
        .filter_map(|alarm| match alarm.as_ref().and_then(|alarm| alarm.name.as_ref()) {
            Observed::Present(name) => Some(watched(stack, name, 0)),
            Observed::Absent => None,
            Observed::Unknown(why) => Some(Watched::Unknown(why)),
        })
        .collect();
    if alarms.is_empty() { Watching::Nothing("AlarmConfiguration names no alarm") } else { Watching::Alarms(alarms) }
}

fn watched<'a>(stack: &Stack<'a>, name: &Text, depth: usize) -> Watched<'a> {
    let id = match stack.directory.resolve(name, TYPES) {
        Target::Resource(id) => id,
        Target::Elsewhere => return Watched::Elsewhere(name.to_string()),
        Target::Unknown(why) => return Watched::Unknown(why),
    };
    let Some(resource) = stack.facts.get(&id) else { return Watched::Elsewhere(name.to_string()) };
    match &resource.properties {
        Properties::Alarm(alarm) => Watched::Alarm(&resource.reference.logical_id, alarm),
        Properties::CompositeAlarm(alarm) => composite(stack, &resource.reference.logical_id, alarm, depth),
        Properties::Unreadable(why) => Watched::Unknown(why.clone()),
        _ => Watched::Unknown(Why::Malformed(format!("{id} is no alarm"))),
    }
}

/// Takes the rule apart: `ALARM("a") OR ALARM(arn)`.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html>
fn composite<'a>(stack: &Stack<'a>, id: &'a LogicalId, alarm: &'a CompositeAlarm, depth: usize) -> Watched<'a> {
    let rule = match &alarm.alarm_rule {
        Observed::Present(rule) => rule,
        Observed::Absent => return Watched::Unknown(Why::Malformed(format!("{id} has no AlarmRule"))),
        Observed::Unknown(why) => return Watched::Unknown(why.clone()),
    };
    if depth >= MOST_NESTED {
        return Watched::Unknown(Why::Malformed(format!("{id} nests composite alarms deeper than {MOST_NESTED}")));
    }
    let members = names(rule).iter().map(|name| watched(stack, name, depth + 1)).collect();
    let words = rule.parts().iter().filter_map(|part| match part {
        Part::Literal(literal) => Some(literal.to_ascii_uppercase()),
        _ => None,
    });
    let only_or =
        !words.into_iter().any(|text| text.contains(" AND ") || text.contains("NOT ") || text.contains("NOT("));
    Watched::Composite { id, alarm, members, only_or }
}

/// The alarms inside the brackets of `ALARM(…)`, quoted or not.
fn names(rule: &Text) -> Vec<Text> {
    let mut names = Vec::new();
    let mut open: Option<Vec<Part>> = None;
    for part in rule.parts() {
        match part {
            Part::Literal(literal) => {
                for (index, piece) in literal.split('(').enumerate() {
                    if index > 0 {
                        open = Some(Vec::new());
                    }
                    let (inside, closed) = match piece.split_once(')') {
                        Some((inside, _)) => (inside, true),
                        None => (piece, false),
                    };
                    if let Some(parts) = &mut open {
                        parts.push(Part::Literal(inside.trim_matches(['"', '\'', ' ', '\n']).to_owned()));
                    }
                    if closed {
                        names.extend(open.take().map(Text::new));
                    }
                }
            }
            other => {
                if let Some(parts) = &mut open {
                    parts.push(other.clone());
                }
            }
        }
    }
    names.retain(|name| !name.parts().is_empty());
    names
}

impl<'a> Watched<'a> {
    /// The alarm that fires, and how many seconds of trouble it needs: period times bad periods. Of a composite
    /// alarm the quickest member, or the slowest where more than one has to fire.
    ///
    /// # Errors
    /// With the reason, where nobody can tell.
    pub(super) fn seconds_to_fire(&self) -> Result<(&'a LogicalId, u64), Why> {
        match self {
            Self::Alarm(id, alarm) => Ok((id, seconds(id, alarm)?)),
            Self::Composite { id, members, only_or, .. } => {
                let seconds: Result<Vec<u64>, Why> =
                    members.iter().map(|member| member.seconds_to_fire().map(|(_, seconds)| seconds)).collect();
                let seconds = seconds?;
                let decisive = if *only_or { seconds.iter().min() } else { seconds.iter().max() };
                let decisive = decisive.ok_or_else(|| Why::Malformed(format!("{id} names no alarm")))?;
                Ok((id, *decisive))
            }
            Self::Elsewhere(name) => Err(Why::NotObserved(format!("the alarm {name} is not in this stack"))),
            Self::Unknown(why) => Err(why.clone()),
        }
    }
}

fn seconds(id: &LogicalId, alarm: &Alarm) -> Result<u64, Why> {
    let periods = match (&alarm.datapoints_to_alarm, &alarm.evaluation_periods) {
        (Observed::Present(count), _) | (Observed::Absent, Observed::Present(count)) => u64::from(*count),
        (Observed::Unknown(why), _) | (Observed::Absent, Observed::Unknown(why)) => return Err(why.clone()),
        (Observed::Absent, Observed::Absent) => {
            return Err(Why::Malformed(format!("{id} has no EvaluationPeriods")));
        }
    };
    Ok(periods * period(id, alarm)?)
}

/// The period, or the longest of the metrics of an expression.
fn period(id: &LogicalId, alarm: &Alarm) -> Result<u64, Why> {
    match &alarm.period {
        Observed::Present(period) => return Ok(u64::from(*period)),
        Observed::Unknown(why) => return Err(why.clone()),
        Observed::Absent => {}
    }
    let queries = match &alarm.metrics {
        Observed::Present(queries) => queries,
        Observed::Absent => return Err(Why::Malformed(format!("{id} has no Period"))),
        Observed::Unknown(why) => return Err(why.clone()),
    };
    let mut longest = None;
    for query in queries {
        let period = query.as_ref().and_then(|query| match query.metric_stat.as_ref() {
            Observed::Present(stat) => stat.period.clone(),
            Observed::Absent => query.period.clone(),
            Observed::Unknown(why) => Observed::Unknown(why),
        });
        match period {
            Observed::Present(period) => longest = longest.max(Some(u64::from(period))),
            Observed::Absent => {}
            Observed::Unknown(why) => return Err(why),
        }
    }
    longest.ok_or_else(|| Why::Malformed(format!("no metric of {id} has a Period")))
}
