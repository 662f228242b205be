//! The Hugging Face hub as a session knows it: its token, and who is asked with it.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError};

use super::Session;
use crate::error::Result;
use crate::hub::{Hub, Secret, token};

impl Session {
    /// Takes the token that the editor keeps, or forgets it.
    pub fn set_token(&self, secret: Option<Secret>) {
        *self.token.write().unwrap_or_else(PoisonError::into_inner) = secret;
    }

    /// The token for the Hugging Face hub: of the environment, a token file, or the editor.
    pub fn token(&self) -> Option<token::Found> {
        let editor = self.token.read().unwrap_or_else(PoisonError::into_inner);
        token::find(|name| std::env::var(name).ok(), self.settings.home(), editor.as_ref())
    }

    /// The file that a login writes.
    pub fn token_file(&self) -> PathBuf {
        token::file(|name| std::env::var(name).ok(), self.settings.home())
    }

    /// What a child must be given in its environment to have the same token: a variable, where it would not find it by
    /// itself.
    pub fn token_for_children(&self) -> Option<(&'static str, Secret)> {
        self.token().filter(|found| found.source == token::EDITOR).map(|found| ("HF_TOKEN", found.secret))
    }

    /// The hub that this run asks, with that token.
    ///
    /// # Errors
    /// When `HF_ENDPOINT` cannot be asked.
    pub fn hub(&self) -> Result<Arc<Hub>> {
        Hub::new(|name| std::env::var(name).ok(), self.token()).map(Arc::new)
    }
}
