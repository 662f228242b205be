//! `tenstorrent/tool`: what an agent may do, through the same requests as everybody else. What acts does so with
//! `confirm: true` only.

use std::time::Duration;

use super::{doctor, matching, prepared, probe, server, server_of, setup_plan, setup_run, to_serve, to_stop};
use crate::error::{Failure, FailureKind, Result};
use crate::protocol::{
    CommandParams, DoctorParams, Life, MatchParams, ProbeParams, ServerAction, ServerParams, SetupParams,
    SetupRunParams, ToolAnswer, ToolParams,
};
use crate::recipe::Choices;
use crate::serving::record::Records;
use crate::session::Session;
use crate::tools::{self, Arguments, texts};

/// Models that are listed when nobody says how many.
const USUAL_LIMIT: usize = 10;
/// A program that cannot start at all ends within seconds.
const FIRST_LOOKS: usize = 6;
const LOOK: Duration = Duration::from_millis(500);

/// Does what the tool is for.
///
/// # Errors
/// For an unknown tool, for arguments that its schema does not allow, and as the request behind it.
pub async fn tool(session: &Session, params: ToolParams) -> Result<ToolAnswer> {
    let tool = tools::find(&params.name)?;
    let given = tools::read(tool, &params.arguments)?;
    let (text, structured) = match tool.name.as_str() {
        "tenstorrent_device_status" => texts::device(&probe(session, ProbeParams::default()).await?),
        "tenstorrent_list_models" => models(session, given).await?,
        "tenstorrent_doctor" => texts::doctor(&doctor(session, DoctorParams::default()).await?),
        "tenstorrent_server_status" => texts::servers(&server(session, ServerParams::default()).await?),
        "tenstorrent_start_server" => start(session, given).await?,
        "tenstorrent_stop_server" => stop(session, given).await?,
        "tenstorrent_set_up_model" => set_up(session, given, params).await?,
        name => {
            let why = "it stands in the list and nowhere else";
            return Err(Failure::new(
                FailureKind::Internal,
                format!("{name} does nothing"),
                why,
                "Please report this.",
            ));
        }
    };
    Ok(ToolAnswer { schema: 1, text, structured })
}

async fn models(session: &Session, given: Arguments) -> Result<texts::Answer> {
    let Arguments { query, task, experimental, limit, .. } = given;
    let list = matching(session, MatchParams { query, task, experimental, ..MatchParams::default() }).await?;
    Ok(texts::models(&list, limit.unwrap_or(USUAL_LIMIT)))
}

async fn start(session: &Session, given: Arguments) -> Result<texts::Answer> {
    let choices = Choices { port: given.port, ..Choices::default() };
    let model = given.model.unwrap_or_default();
    let params = CommandParams { model, device: given.device, choices: Some(choices), ..CommandParams::default() };
    if !given.confirm {
        let mut would = prepared(session, params).await?;
        // They are written before it starts.
        would.command.files.clear();
        return Ok(texts::command(&would.command, would.obstacle(session).as_ref()));
    }
    let to_serve = to_serve(session, params, true).await?;
    let (record, mut child) = to_serve.start().await?;
    for _ in 0..FIRST_LOOKS {
        tokio::time::sleep(LOOK).await;
        let info = server_of(session, record.port).await?;
        if let Ok(Some(status)) = child.try_wait() {
            // That look may have seen it still running, and so without a cause.
            let info = server_of(session, record.port).await?;
            let what = format!("the server of {} has ended by itself ({status})", info.name);
            let next = format!("Its log is {}.", record.log.unwrap_or_default());
            return Err(Failure::new(FailureKind::Tool, what, info.why, next));
        }
        if info.life != Life::Starting {
            break;
        }
    }
    // Left running: it is found by its record, and reaped by the runtime.
    Ok(texts::started(&server_of(session, record.port).await?))
}

async fn stop(session: &Session, given: Arguments) -> Result<texts::Answer> {
    let Arguments { model, port, confirm, .. } = given;
    if !confirm {
        let record = to_stop(&Records::here(), port, model.as_deref()).await?;
        return Ok(texts::would_stop(&record.model_name, record.port));
    }
    let params = ServerParams { action: ServerAction::Stop, port, model, ..ServerParams::default() };
    Ok(texts::stopped(&server(session, params).await?))
}

async fn set_up(session: &Session, given: Arguments, params: ToolParams) -> Result<texts::Answer> {
    let Arguments { model, device, confirm, .. } = given;
    let model = model.unwrap_or_default();
    if !confirm {
        return Ok(texts::plan(&setup_plan(session, SetupParams { model, device, shell: None }).await?));
    }
    let run = SetupRunParams { model, device, work_done_token: params.work_done_token };
    Ok(texts::set_up(&setup_run(session, run).await?))
}
