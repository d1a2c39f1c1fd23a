//! Which alarms a deployment group watches, composite ones taken apart.

use std::fmt;

use crate::{
    check::Place,
    facts::{
        List, Observed, Part, Properties, Target, Text, Why,
        cloudwatch::{Alarm, CompositeAlarm, alarms_in},
        codedeploy::{AlarmsElsewhere, DeploymentGroup},
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

/// How a reader of a report knows an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name<'a> {
    /// A resource of this stack.
    Here(&'a LogicalId),
    /// Something else, by the name that CloudWatch knows it by.
    Elsewhere(&'a str),
}

impl Name<'_> {
    /// Where a property of the alarm is to be changed; of one that is not of this stack, where it is named.
    pub(super) fn place(self, property: &str) -> Place {
        match self {
            Self::Here(id) => Place::of(id, property),
            Self::Elsewhere(_) => Place::property("AlarmConfiguration.Alarms"),
        }
    }
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Here(id) => id.fmt(f),
            Self::Elsewhere(name) => write!(f, "the alarm {name}"),
        }
    }
}

/// One alarm.
pub(super) enum Watched<'a> {
    /// On a metric.
    Alarm(Name<'a>, &'a Alarm),
    /// Over others.
    Composite {
        /// Its name.
        id: Name<'a>,
        /// Its facts.
        alarm: &'a CompositeAlarm,
        /// The alarms in its rule.
        members: Vec<Watched<'a>>,
        /// Whether one of them is enough to set it off.
        only_or: bool,
    },
    /// By this name, not of this stack, and nobody looked further.
    Elsewhere(String),
    /// By this name, and there is none.
    Missing(String),
    /// Nobody can tell.
    Unknown(Why),
}

/// The alarms of a deployment group.
pub(super) fn watching<'a>(stack: &Stack<'a>, group: &'a DeploymentGroup) -> Watching<'a> {
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
    let reader = Reader { stack, elsewhere: &group.alarms_elsewhere };
    let alarms: Vec<Watched<'a>> = alarms
        .iter()
        .filter_map(|alarm| match alarm.as_ref().and_then(|alarm| alarm.name.as_ref()) {
            Observed::Present(name) => Some(reader.watched(name, 0)),
            Observed::Absent => None,
            Observed::Unknown(why) => Some(Watched::Unknown(why)),
        })
        .collect();
    if alarms.is_empty() { Watching::Nothing("AlarmConfiguration names no alarm") } else { Watching::Alarms(alarms) }
}

/// What alarms are looked up in.
struct Reader<'s, 'a> {
    stack: &'s Stack<'a>,
    elsewhere: &'a Observed<AlarmsElsewhere>,
}

impl<'a> Reader<'_, 'a> {
    fn watched(&self, name: &Text, depth: usize) -> Watched<'a> {
        let id = match self.stack.directory.resolve(name, TYPES) {
            Target::Resource(id) => id,
            Target::Elsewhere => return self.elsewhere(name, depth),
            Target::Unknown(why) => return Watched::Unknown(why),
        };
        let Some(resource) = self.stack.resource(&id) else { return Watched::Elsewhere(name.to_string()) };
        let here = Name::Here(&resource.reference.logical_id);
        match &resource.properties {
            Properties::Alarm(alarm) => Watched::Alarm(here, alarm),
            Properties::CompositeAlarm(alarm) => self.composite(here, alarm, depth),
            Properties::Unreadable(why) => Watched::Unknown(why.clone()),
            _ => Watched::Unknown(Why::Malformed(format!("{id} is no alarm"))),
        }
    }

    /// An alarm that is no resource of this stack: whoever looked at the live group looked at it too.
    fn elsewhere(&self, name: &Text, depth: usize) -> Watched<'a> {
        let found = match self.elsewhere {
            Observed::Present(found) => found,
            Observed::Absent => return Watched::Elsewhere(name.to_string()),
            Observed::Unknown(why) => return Watched::Unknown(why.clone()),
        };
        let Some(written) = name.as_str() else { return Watched::Elsewhere(name.to_string()) };
        // `arn:aws:cloudwatch:REGION:ACCOUNT:alarm:NAME`
        let wanted = written.rsplit_once(":alarm:").map_or(written, |(_, name)| name);
        if let Some((name, alarm)) = called(&found.alarms, wanted, |alarm| &alarm.alarm_name) {
            return Watched::Alarm(name, alarm);
        }
        if let Some((name, alarm)) = called(&found.composite_alarms, wanted, |alarm| &alarm.alarm_name) {
            return self.composite(name, alarm, depth);
        }
        // One that cannot be read may be it.
        match unread(&found.alarms).or_else(|| unread(&found.composite_alarms)) {
            Some(why) => Watched::Unknown(why),
            None => Watched::Missing(wanted.to_owned()),
        }
    }

    /// Takes the rule apart: `ALARM("a") OR ALARM(arn)`.
    /// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html>
    fn composite(&self, id: Name<'a>, alarm: &'a CompositeAlarm, depth: usize) -> Watched<'a> {
        let rule = match &alarm.alarm_rule {
            Observed::Present(rule) => rule,
            Observed::Absent => return Watched::Unknown(Why::Malformed(format!("{id} has no AlarmRule"))),
            Observed::Unknown(why) => return Watched::Unknown(why.clone()),
        };
        if depth >= MOST_NESTED {
            return Watched::Unknown(Why::Malformed(format!("{id} nests composite alarms deeper than {MOST_NESTED}")));
        }
        let members = alarms_in(rule).iter().map(|name| self.watched(name, depth + 1)).collect();
        let words = rule.parts().iter().filter_map(|part| match part {
            Part::Literal(literal) => Some(literal.to_ascii_uppercase()),
            _ => None,
        });
        let only_or =
            !words.into_iter().any(|text| text.contains(" AND ") || text.contains("NOT ") || text.contains("NOT("));
        Watched::Composite { id, alarm, members, only_or }
    }
}

/// The alarm of this name.
fn called<'a, T>(alarms: &'a List<T>, wanted: &str, name: fn(&T) -> &Observed<Text>) -> Option<(Name<'a>, &'a T)> {
    let alarms = alarms.present().into_iter().flatten().filter_map(Observed::present);
    alarms
        .filter_map(|alarm| Some((name(alarm).present()?.as_str()?, alarm)))
        .find_map(|(name, alarm)| (name == wanted).then_some((Name::Elsewhere(name), alarm)))
}

/// Why something in a list is not known.
fn unread<T>(list: &List<T>) -> Option<Why> {
    match list.known() {
        Err(why) => Some(why),
        Ok(items) => items.into_iter().flatten().find_map(|item| item.known().err()),
    }
}

impl<'a> Watched<'a> {
    /// The alarm that fires, and how many seconds of trouble it needs: period times bad periods. Of a composite
    /// alarm the quickest member, or the slowest where more than one has to fire.
    ///
    /// # Errors
    /// With the reason, where nobody can tell.
    pub(super) fn seconds_to_fire(&self) -> Result<(Name<'a>, u64), Why> {
        match self {
            Self::Alarm(id, alarm) => Ok((*id, seconds(*id, alarm)?)),
            Self::Composite { id, members, only_or, .. } => {
                let seconds: Result<Vec<u64>, Why> =
                    members.iter().map(|member| member.seconds_to_fire().map(|(_, seconds)| seconds)).collect();
                let seconds = seconds?;
                let decisive = if *only_or { seconds.iter().min() } else { seconds.iter().max() };
                let decisive = decisive.ok_or_else(|| Why::Malformed(format!("{id} names no alarm")))?;
                Ok((*id, *decisive))
            }
            Self::Missing(name) => Err(Why::NotObserved(format!("the alarm {name} does not exist"))),
            Self::Elsewhere(name) => Err(Why::NotObserved(format!("the alarm {name} is not in this stack"))),
            Self::Unknown(why) => Err(why.clone()),
        }
    }
}

fn seconds(id: Name<'_>, alarm: &Alarm) -> Result<u64, Why> {
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
fn period(id: Name<'_>, alarm: &Alarm) -> Result<u64, Why> {
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
