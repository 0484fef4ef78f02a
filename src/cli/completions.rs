//! `schema-health completions`: what a shell needs to complete our arguments.

use std::io::Write;

use clap::{Args, CommandFactory};
use clap_complete::{Shell, generate};

use super::{Arguments, Exit};

#[derive(Debug, Args)]
pub struct CompletionsArguments {
    /// bash, elvish, fish, powershell or zsh.
    shell: Shell,
}

impl CompletionsArguments {
    pub fn run(self) -> anyhow::Result<Exit> {
        let mut script = Vec::new();
        generate(self.shell, &mut Arguments::command(), "schema-health", &mut script);
        std::io::stdout().write_all(&script)?;
        Ok(Exit::Healthy)
    }
}
