//! What a stage of a REST API sets for its methods: for all of them, and otherwise for some.

use super::stages::Stage;
use crate::{
    check::Verdict,
    facts::{Text, Untyped, Why},
};

/// The settings of one entry of `MethodSettings`.
pub(super) struct Setting {
    /// Whether they are those of all methods that have none of their own.
    pub(super) is_default: bool,
    /// Where they are written.
    pub(super) place: String,
    /// By the names of `MethodSetting`.
    pub(super) values: Untyped,
}

/// What a judge asks of the settings, and the words for the answers.
pub(super) struct Question {
    /// Whether the settings hold it; none where they say nothing of it.
    pub(super) holds: fn(&Untyped) -> Result<Option<bool>, Why>,
    /// Where it holds for no method.
    pub(super) nowhere: &'static str,
    /// Where it holds for some methods by settings of their own.
    pub(super) somewhere: &'static str,
    /// Where it holds for all but some methods.
    pub(super) except: &'static str,
}

/// The settings of a stage, in the order written; those a deployment describes outside of the list come first.
///
/// # Errors
/// With the reason, where the list, one of its entries, or whom one is for is not known.
pub(super) fn of(stage: &Stage<'_>) -> Result<Vec<Setting>, Why> {
    let mut settings = Vec::new();
    if stage.is_made {
        let values = stage.settings.clone().into_owned();
        settings.push(Setting { is_default: true, place: "StageDescription".to_owned(), values });
    }
    let listed = stage.settings.list::<Untyped>("MethodSettings");
    for (index, setting) in listed.known()?.into_iter().flatten().enumerate() {
        let Some(values) = setting.known()? else { continue };
        let is_default = values.get::<Text>("HttpMethod").is("*")? && values.get::<Text>("ResourcePath").is("/*")?;
        let place = stage.place(&format!("MethodSettings[{index}]"));
        settings.push(Setting { is_default, place, values: values.clone() });
    }
    Ok(settings)
}

/// Judges the settings: they hold for every method, for some, or for none.
///
/// An entry for some methods that says nothing of it leaves them to what is set for all.
pub(super) fn judge(stage: &Stage<'_>, question: &Question) -> Verdict {
    let whole = stage.place("MethodSettings");
    let mut general = false;
    let mut own: Vec<(bool, String)> = Vec::new();
    let settings = match of(stage) {
        Ok(settings) => settings,
        Err(why) => return Verdict::inconclusive(why).at(whole),
    };
    for setting in settings {
        match (question.holds)(&setting.values) {
            Ok(Some(holds)) if setting.is_default => general = holds,
            Ok(Some(holds)) => own.push((holds, setting.place)),
            Ok(None) => {}
            Err(why) => return Verdict::inconclusive(why).at(setting.place),
        }
    }
    match own.into_iter().find(|(holds, _)| *holds != general) {
        None => Verdict::pass_if(general, question.nowhere).at(whole),
        Some((true, place)) => Verdict::partial(30, question.somewhere).at(place),
        Some((false, place)) => Verdict::partial(70, question.except).at(place),
    }
}
