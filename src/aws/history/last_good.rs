//! The last good release: the newest deployment of the history that CodeDeploy says succeeded.
//!
//! What a hook answered is not what became of the deployment: after a `Succeeded` before the shift, an alarm may have
//! rolled it back. So the history proposes, and CodeDeploy is asked.
//!
//! | what the history and CodeDeploy say | what follows |
//! |---|---|
//! | this deployment itself | passed over |
//! | one of its hooks answered `Failed` | passed over |
//! | CodeDeploy: anything but `Succeeded`, in progress for example | passed over |
//! | CodeDeploy does not know it any more (its application was deleted) | passed over: unknown is no success |
//! | it succeeded, but only took a release back | passed over: the release it went back to is older, and there too |
//! | it succeeded, and its item says that nothing was judged | passed over, with a remark |
//! | it succeeded, and its item is damaged, cut, or of another format | unknown: an older one might excuse more |
//! | an item whose key cannot be read | unknown, for the same reason |
//! | the table or CodeDeploy cannot be asked | unknown, with the action to grant |
//! | nothing left | absent |
//!
//! Whoever may write to the table may have failures taken for known ones, but not have a deployment succeed.
//!
//! Of the two phases of a deployment the later one counts: it saw the stack as it stayed.

use aws_sdk_codedeploy::types::{DeploymentCreator, DeploymentInfo, DeploymentStatus};

use super::{
    DEPLOYMENTS, QUERY, Table,
    past::{Passed, Past, Standing, Standings, Stretch},
    row::COMPARED,
    unreadable,
};
use crate::{
    aws::{Fault, invocation::StackKey},
    baseline::Baseline,
    event::DeploymentId,
    facts::{Observed, Why},
};

/// Pages that are searched: at 50 items each, a thousand judgements without one good release among them.
const MOST_PAGES: usize = 20;

/// Deployments of one call: <https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_BatchGetDeployments.html>.
const AT_ONCE: usize = 25;

/// Error codes that speak of one id of a batch without naming it.
const ONE_OF_THEM: &[&str] = &["DeploymentDoesNotExistException", "InvalidDeploymentIdException"];

/// The last good release, and what a reader should know of how it was found.
#[derive(Debug, Clone, PartialEq)]
pub struct LastGood {
    /// What the new release is compared with.
    pub baseline: Observed<Baseline>,
    /// Which deployment that is, or what was passed over on the way.
    pub remarks: Vec<String>,
}

impl Table<'_> {
    /// What a release of `stack` is compared with: the last deployment that succeeded, of any function of the stack.
    /// `own` is the deployment that is being judged.
    pub async fn baseline(&self, stack: &StackKey, own: &DeploymentId) -> LastGood {
        let mut passed = Passed::default();
        let baseline = self.search(stack, own, &mut passed).await.unwrap_or_else(Observed::Unknown);
        let mut remarks = passed.remarks();
        if baseline.is_absent() {
            remarks.push(format!("no earlier release of {stack} is known to have succeeded: it is compared with none"));
        }
        LastGood { baseline, remarks }
    }

    async fn search(
        &self,
        stack: &StackKey,
        own: &DeploymentId,
        passed: &mut Passed,
    ) -> Result<Observed<Baseline>, Why> {
        let mut next = None;
        let mut open: Option<Past> = None;
        for _ in 0..MOST_PAGES {
            let page = self.page(stack, COMPARED, next).await.map_err(|fault| fault.why(QUERY))?;
            next = page.next;
            let mut stretch = Stretch::of(open.take(), page.items);
            if next.is_some() {
                open = stretch.open();
            }
            let candidates = stretch.candidates(own);
            let standings = self.standings(&candidates).await?;
            let found = stretch.newest_good(&candidates, &standings, passed).map_err(|why| self.unusable(&why))?;
            if let Some(found) = found {
                return Ok(Observed::Present(found));
            }
            if next.is_none() {
                return Ok(Observed::Absent);
            }
        }
        Err(Why::NotObserved(format!(
            "the last {MOST_PAGES} pages of the history of {stack} hold no deployment that succeeded, and older ones are \
             not searched"
        )))
    }

    fn unusable(&self, why: &str) -> Why {
        Why::NotObserved(format!(
            "the history table {} cannot be relied on: {why}; delete the item to have an older release count, or let \
             policy say `baseline: {{unknown: warn}}` for one release",
            self.name
        ))
    }

    /// What became of these deployments; those that CodeDeploy does not know are left out.
    async fn standings(&self, ids: &[&DeploymentId]) -> Result<Standings, Why> {
        let mut standings = Standings::new();
        for ids in ids.chunks(AT_ONCE) {
            match self.deployments(ids).await {
                Ok(found) => standings.extend(found),
                Err(fault) if !speaks_of_one(&fault) => return Err(fault.why(DEPLOYMENTS)),
                Err(_) if ids.len() == 1 => {}
                Err(_) => {
                    for id in ids {
                        match self.deployments(&[id]).await {
                            Ok(found) => standings.extend(found),
                            Err(fault) if speaks_of_one(&fault) => {}
                            Err(fault) => return Err(fault.why(DEPLOYMENTS)),
                        }
                    }
                }
            }
        }
        Ok(standings)
    }

    async fn deployments(&self, ids: &[&DeploymentId]) -> Result<Vec<(DeploymentId, Standing)>, Fault> {
        let ids = ids.iter().map(|id| id.to_string()).collect();
        let send = || self.clients.codedeploy.batch_get_deployments().set_deployment_ids(Some(ids)).send();
        let answer = self.calls.within(DEPLOYMENTS, send).await?;
        // An answer without a list, or without an id or a status in it, is none: read as "not known" it would have an
        // older release count.
        let standing = |info: &DeploymentInfo| Some((info.deployment_id()?.parse().ok()?, Standing::of(info)?));
        let found = answer.deployments_info.as_ref().and_then(|infos| infos.iter().map(standing).collect());
        found.ok_or_else(|| unreadable("deploymentsInfo"))
    }
}

fn speaks_of_one(fault: &Fault) -> bool {
    fault.code().is_some_and(|code| ONE_OF_THEM.contains(&code))
}

impl Standing {
    /// None where CodeDeploy does not say.
    fn of(info: &DeploymentInfo) -> Option<Self> {
        let took_back = matches!(
            info.creator(),
            Some(DeploymentCreator::CodeDeployRollback | DeploymentCreator::CloudFormationRollback)
        );
        Some(match info.status()? {
            DeploymentStatus::Succeeded if took_back => Self::TookBack,
            DeploymentStatus::Succeeded => Self::Succeeded,
            _ => Self::Other,
        })
    }
}
