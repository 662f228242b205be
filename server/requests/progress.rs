//! `tenstorrent/progress`: which steps are proved, and whether what was done proves one.

use std::fs;
use std::path::Path;

use super::matching::matching;
use super::server::server;
use crate::clock;
use crate::device::{Health, Host};
use crate::environment::weights::WeightState;
use crate::error::{Failure, FailureKind, Result};
use crate::lessons::{Claim, Proof, Proved, Step, walkthroughs};
use crate::matching::Readiness;
use crate::protocol::{
    ChatOutcome, LessonStep, Life, MatchList, MatchParams, PreparedServer, Progress, ProgressAction, ProgressParams,
    ServeCommand, ServerParams, ServerState,
};
use crate::secrets;
use crate::session::Session;

/// What was run is told in a line.
const MAX_RUN: usize = 300;

/// Says what is proved, looks whether something is, exports, or forgets.
///
/// # Errors
/// When the step is unknown, and when the proofs cannot be written. A step that is not proved is no error: `refused` says
/// why.
pub async fn progress(session: &Session, params: ProgressParams) -> Result<Progress> {
    let store = &session.progress;
    match params.action {
        ProgressAction::Get => answer(session, None, None),
        ProgressAction::Prove => {
            let refused = prove(session, params).await?;
            answer(session, refused, None)
        }
        ProgressAction::Export => {
            let proofs: Vec<Proved> = store.all().into_values().collect();
            let text = serde_json::to_string_pretty(&serde_json::json!({ "schema": 1, "proofs": proofs }));
            let what = "the progress could not be written as JSON";
            let text = text.map_err(|error| Failure::new(FailureKind::Internal, what, error.to_string(), ""))?;
            answer(session, None, Some(text))
        }
        ProgressAction::Reset => {
            let step = params.step.as_deref().map(|id| Ok::<_, Failure>(walkthroughs()?.step(id)?.ticked_by()));
            store.reset(step.transpose()?)?;
            answer(session, None, None)
        }
    }
}

fn answer(session: &Session, refused: Option<Failure>, text: Option<String>) -> Result<Progress> {
    let proofs = session.progress.all();
    let all = walkthroughs()?;
    let mut steps = Vec::new();
    for walkthrough in &all.walkthroughs {
        for step in &walkthrough.steps {
            let ticking = all.step(step.ticked_by())?;
            let Some(proof) = ticking.proof else { continue };
            let proved = proofs.get(&ticking.id);
            steps.push(LessonStep {
                id: step.id.clone(),
                walkthrough: walkthrough.id.clone(),
                title: step.title.clone(),
                done: proved.is_some(),
                proof,
                proof_text: proof.in_words().into(),
                hint: ticking.hint.clone(),
                at: proved.map(|proved| proved.at),
                run: proved.map(|proved| proved.run.clone()),
            });
        }
    }
    let simulated = session.settings.get("simulate").map(str::to_owned);
    Ok(Progress { schema: 1, simulated, steps, refused, text, folder: session.progress.dir().display().to_string() })
}

/// Why the step is not proved; none when it is, and then it is kept.
async fn prove(session: &Session, params: ProgressParams) -> Result<Option<Failure>> {
    let all = walkthroughs()?;
    let step = all.step(all.step(params.step.as_deref().unwrap_or_default())?.ticked_by())?;
    let Some(proof) = step.proof else { return Ok(None) };
    let run = told(params.run.as_deref().unwrap_or_default());
    let files = params.files.unwrap_or_default();
    let missing = files.iter().filter(|file| !is_there(Path::new(file))).cloned().collect();
    let mut claim = Claim { exit_code: params.exit_code, run, missing, files_named: !files.is_empty(), not_seen: None };
    // What has failed needs no look.
    if proof.refuses(step, &claim).is_none() {
        claim.not_seen = not_seen(session, step, proof).await;
    }
    let refused = proof.refuses(step, &claim);
    if refused.is_none() {
        let run = if claim.run.is_empty() { proof.in_words().to_owned() } else { claim.run };
        keep(session, Proved { step: step.id.clone(), run, exit_code: claim.exit_code, files, ..Proved::default() })?;
    }
    Ok(refused)
}

/// What the step needs and the sidecar does not see.
async fn not_seen(session: &Session, step: &Step, proof: Proof) -> Option<String> {
    match proof {
        Proof::BoardSeen | Proof::EnvironmentVerified => match session.host() {
            Ok(host) if sees_a_board(&host) => None,
            Ok(host) => Some(host.product_reason),
            Err(failure) => Some(failure.what),
        },
        Proof::WeightsComplete => match matching(session, MatchParams::default()).await {
            Ok(list) if has_weights(&list) => None,
            Ok(_) => Some("no model that runs here is downloaded to its end".into()),
            Err(failure) => Some(failure.what),
        },
        Proof::ServerReady => match server(session, ServerParams::default()).await {
            Ok(state) if answers(&state) => None,
            Ok(_) => Some("no model server answers".into()),
            Err(failure) => Some(failure.what),
        },
        // These two are proved by the answer itself, which has gone through here.
        Proof::CommandMade | Proof::ChatAnswered => {
            (!session.progress.all().contains_key(&step.id)).then(|| format!("not yet: {}", proof.in_words()))
        }
        Proof::ScriptSucceeded | Proof::FilesWritten => None,
    }
}

/// What an answer of ours proves by itself; none when it proves nothing.
pub fn proved_by_answer(answer: &dyn std::any::Any) -> Option<Proof> {
    let proves = |yes: bool, proof: Proof| yes.then_some(proof);
    if let Some(host) = answer.downcast_ref::<Host>() {
        return proves(sees_a_board(host), Proof::BoardSeen);
    }
    if let Some(list) = answer.downcast_ref::<MatchList>() {
        return proves(has_weights(list), Proof::WeightsComplete);
    }
    if let Some(state) = answer.downcast_ref::<ServerState>() {
        return proves(answers(state), Proof::ServerReady);
    }
    if let Some(outcome) = answer.downcast_ref::<ChatOutcome>() {
        let whole = outcome.trouble.is_none() && !(outcome.content.is_empty() && outcome.tool_calls.is_empty());
        return proves(whole, Proof::ChatAnswered);
    }
    proves(answer.is::<ServeCommand>() || answer.is::<PreparedServer>(), Proof::CommandMade)
}

/// Keeps what an answer has proved.
///
/// # Errors
/// When it cannot be written.
pub fn keep_proof(session: &Session, proof: Proof) -> Result<()> {
    let known = session.progress.all();
    for step in walkthroughs()?.steps().filter(|step| step.proof == Some(proof) && !known.contains_key(&step.id)) {
        let run = proof.in_words().to_owned();
        keep(session, Proved { step: step.id.clone(), run, ..Proved::default() })?;
    }
    Ok(())
}

fn keep(session: &Session, proved: Proved) -> Result<()> {
    session.progress.keep(Proved { at: clock::seconds_now(), ..proved })
}

fn sees_a_board(host: &Host) -> bool {
    matches!(host.health, Health::Healthy | Health::Busy | Health::Warning)
}

fn has_weights(list: &MatchList) -> bool {
    let runs_here = |readiness| !matches!(readiness, Readiness::Elsewhere | Readiness::Experimental);
    list.matches.iter().any(|found| found.weights.state == WeightState::Complete && runs_here(found.readiness))
}

/// A server that only says that it wants a key has shown no model.
fn answers(state: &ServerState) -> bool {
    state.servers.iter().any(|server| matches!(server.life, Life::Ready | Life::Busy) && !server.models.is_empty())
}

fn is_there(path: &Path) -> bool {
    let Ok(meta) = fs::metadata(path) else { return false };
    let is_empty = || fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none());
    path.is_absolute() && if meta.is_dir() { !is_empty() } else { meta.len() > 0 }
}

/// A command on one line, cut, without what nobody else may read.
fn told(run: &str) -> String {
    let words: Vec<String> = run.split_whitespace().map(str::to_owned).collect();
    secrets::in_text(&secrets::in_command(&words).join(" ")).chars().take(MAX_RUN).collect()
}

#[cfg(test)]
mod tests {
    use super::{answers, told};
    use crate::protocol::{Life, ServedModel, ServerInfo, ServerState};

    #[test]
    fn a_server_is_ready_once_it_names_a_model() {
        let state = |life, models: Vec<ServedModel>| ServerState {
            life: Life::Ready,
            servers: vec![ServerInfo { life, models, ..ServerInfo::default() }],
            ..ServerState::default()
        };
        assert!(answers(&state(Life::Busy, vec![ServedModel::default()])));
        assert!(
            !answers(&state(Life::Ready, Vec::new())) && !answers(&state(Life::Failing, vec![ServedModel::default()]))
        );
    }

    #[test]
    fn what_was_run_is_told_without_secrets() {
        assert_eq!(
            told("HF_TOKEN=abc python3  x.py\n --api-key k"),
            "HF_TOKEN=[hidden] python3 x.py --api-key [hidden]"
        );
        assert_eq!(told("hf auth login --token hf_abcdefgh"), "hf auth login --token [hidden]");
        assert_eq!(told(&"x".repeat(900)).len(), 300);
    }
}
