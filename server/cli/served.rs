//! What one may say about serving a model: the options that `command` and `serve` share.

use clap::Args;

use super::candidates;
use crate::protocol::CommandParams;
use crate::recipe::{Choices, Preset, Shell, Target};

#[derive(Debug, Args)]
pub(super) struct Served {
    /// Device name of the spec file, for example T3K; without it the best one that this box has
    #[arg(long, value_name = "DEVICE", add = candidates::device())]
    device: Option<String>,
    /// Also take an entry of another device that may run here, with reduced parameters; nobody has validated it
    #[arg(long, visible_alias = "show-experimental")]
    experimental: bool,
    /// From checkouts on this host, or from the published image; without it host for vLLM, container for all others
    #[arg(long, value_enum)]
    target: Option<Target>,
    /// What the server shall be good at, within the limits of the entry
    #[arg(long, value_enum)]
    preset: Option<Preset>,
    /// Port in place of the setting
    #[arg(long)]
    port: Option<u16>,
    /// Address to listen on in place of the setting; other than 127.0.0.1 it needs a key file
    #[arg(long, value_name = "ADDRESS")]
    host: Option<String>,
    /// Context length, up to that of the entry
    #[arg(long, value_name = "TOKENS")]
    context: Option<u64>,
    /// Sequences at once, up to those of the entry
    #[arg(long, value_name = "NUMBER")]
    sequences: Option<u64>,
    /// Chips to use, for example 0,1
    #[arg(long, value_name = "NUMBERS")]
    chips: Option<String>,
    /// Folder with the weights in place of the repository
    #[arg(long, value_name = "DIR")]
    weights: Option<String>,
    /// Write the files that the command refers to: launcher, mounted entry, key file. Edited ones are left alone
    #[arg(long, visible_alias = "install-launcher")]
    pub install_files: bool,
    /// Further arguments for vLLM; takes everything that follows
    #[arg(long, num_args = 1.., allow_hyphen_values = true, value_name = "ARGUMENT")]
    extra: Option<Vec<String>>,
}

impl Served {
    /// The request for the command of a model.
    pub fn params(self, model: &[String], shell: Option<Shell>) -> CommandParams {
        let choices = Choices {
            target: self.target,
            preset: self.preset,
            port: self.port,
            host: self.host,
            context: self.context,
            sequences: self.sequences,
            chips: self.chips,
            weights: self.weights,
            extra: self.extra,
        };
        CommandParams {
            model: model.join(" "),
            device: self.device,
            experimental: self.experimental,
            shell,
            choices: Some(choices),
            traces: None,
        }
    }
}
