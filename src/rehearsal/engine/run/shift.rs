//! The shift: is the alias as the AppSpec says, and one step after the other.

use std::time::Duration;

use super::{INVALID_CONFIGURATION, Lifecycle, Outside, Run, Stage};
use crate::{
    deployment::{AppSpec, Step, Weight},
    event::Phase,
    rehearsal::engine::{
        alias::{Alias, LambdaError},
        assumptions,
        effect::EffectKind,
        error::ErrorCode,
        shapes::{ErrorInformation, LifecycleEventStatus},
        time::Time,
    },
};

/// When a step is due.
pub(super) fn moment(began: Time, step: Step) -> Time {
    began + Duration::from_secs(u64::from(step.minute) * 60)
}

impl Run {
    /// Whether the AppSpec can be carried out. A rollback is not asked: it is to mend whatever it finds.
    pub(super) fn preflight(&self, outside: &Outside<'_>) -> Result<(), ErrorInformation> {
        let spec = match &self.order.spec {
            Ok(spec) => spec,
            Err(error) => return Err(misconfigured(&error.to_string())),
        };
        let alias = outside.functions.alias(&spec.function, &spec.alias).map_err(missing)?;
        outside.functions.published(&spec.function, spec.target).map_err(missing)?;
        if self.order.rollback_of.is_some() {
            return Ok(());
        }
        if let Some(additional) = alias.additional {
            let message = format!(
                "The alias {} still sends {} of its traffic to version {} besides version {}; clear the weight and \
                 deploy again.",
                spec.alias, additional.weight, additional.version, alias.version
            );
            return Err(ErrorInformation {
                code: assumptions::LEFTOVER_WEIGHTS,
                message: format!("{INVALID_CONFIGURATION} {message}"),
            });
        }
        self.expect_current(spec, alias)?;
        if spec.current == spec.target {
            return Err(misconfigured("The target version is already the current version."));
        }
        Ok(())
    }

    pub(super) fn begin_shift(&mut self, outside: &mut Outside<'_>) {
        self.set_event(Lifecycle::Allow, LifecycleEventStatus::InProgress, outside);
        self.stage = Stage::Shifting { began: outside.now, steps: self.order.strategy.steps(), next: 0 };
        self.shift_what_is_due(outside);
    }

    /// Takes every step that is due, and goes on when the last one is taken.
    pub(super) fn shift_what_is_due(&mut self, outside: &mut Outside<'_>) {
        while let Stage::Shifting { began, steps, next } = &mut self.stage {
            let Some(step) = steps.get(*next).copied() else { return self.shifted(outside) };
            if moment(*began, step) > outside.now {
                return;
            }
            *next += 1;
            if let Err(error) = self.shift_to(step.weight, outside) {
                return self.end_failed(error, outside);
            }
        }
    }

    fn shifted(&mut self, outside: &mut Outside<'_>) {
        self.set_event(Lifecycle::Allow, LifecycleEventStatus::Succeeded, outside);
        self.enter_hook(Phase::AfterAllowTraffic, outside);
    }

    fn shift_to(&mut self, weight: Weight, outside: &mut Outside<'_>) -> Result<(), ErrorInformation> {
        let spec = self.order.spec.as_ref().map_err(|error| misconfigured(&error.to_string()))?;
        if self.order.rollback_of.is_none() {
            let alias = outside.functions.alias(&spec.function, &spec.alias).map_err(missing)?;
            self.expect_current(spec, alias)?;
        }
        let to = Alias::shifting(spec.current, spec.target, weight);
        outside.functions.set_alias(&spec.function, &spec.alias, to).map_err(missing)?;
        let (function, alias) = (spec.function.clone(), spec.alias.clone());
        self.weight = weight;
        self.updated = outside.now;
        self.emit(EffectKind::AliasUpdated { function, alias, to, target_weight: weight }, outside);
        Ok(())
    }

    /// Somebody may have moved the alias since the AppSpec was written, or during the shift.
    fn expect_current(&self, spec: &AppSpec, alias: Alias) -> Result<(), ErrorInformation> {
        if alias.version == spec.current {
            return Ok(());
        }
        Err(misconfigured("The Lambda function alias version does not match the current version in AppSpec file."))
    }
}

fn misconfigured(what: &str) -> ErrorInformation {
    let message = format!("{INVALID_CONFIGURATION} {what}");
    ErrorInformation { code: ErrorCode::InvalidLambdaConfiguration, message }
}

fn missing(error: LambdaError) -> ErrorInformation {
    ErrorInformation { code: assumptions::NO_SUCH_FUNCTION, message: format!("The deployment failed: {error}.") }
}
