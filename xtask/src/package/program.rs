//! What a built program needs of the system that it will run on, read from the file itself.

use anyhow::{Context, Result, bail, ensure};
use goblin::Object;
use goblin::elf::header::{EM_AARCH64, EM_X86_64};
use goblin::elf::{Elf, header};
use goblin::mach::Mach;
use goblin::mach::constants::cputype::{CPU_TYPE_ARM64, CPU_TYPE_X86_64};

use super::platforms::Platform;

/// Fails unless the program is one for `platform` and, on Linux, needs neither a loader nor a library.
pub fn check(bytes: &[u8], platform: &Platform) -> Result<()> {
    let found = match Object::parse(bytes).context("this is no program")? {
        Object::Elf(elf) => {
            let needs = needs(&elf);
            ensure!(needs.is_empty(), "it should need nothing of the system, and needs {}", needs.join(", "));
            match elf.header.e_machine {
                EM_X86_64 => "linux-x64",
                EM_AARCH64 => "linux-arm64",
                other => header::machine_to_str(other),
            }
        }
        Object::Mach(Mach::Binary(mach)) => match mach.header.cputype {
            CPU_TYPE_X86_64 => "darwin-x64",
            CPU_TYPE_ARM64 => "darwin-arm64",
            _ => "another Mac",
        },
        _ => bail!("this is a program of a kind that is not known"),
    };
    ensure!(found == platform.name, "this is a program for {found}, not for {}", platform.name);
    Ok(())
}

/// The loader and the libraries that a Linux program asks for.
fn needs(elf: &Elf) -> Vec<String> {
    elf.interpreter.iter().chain(&elf.libraries).map(|name| (*name).to_owned()).collect()
}

/// The newest glibc that a symbol of a Linux program asks for, as major and minor version; none where none does.
pub fn newest_glibc(bytes: &[u8]) -> Result<Option<(u32, u32)>> {
    let Object::Elf(elf) = Object::parse(bytes)? else {
        return Ok(None);
    };
    let files = elf.verneed.iter().flat_map(|section| section.iter());
    let names = files
        .flat_map(|file| file.iter().filter_map(|version| elf.dynstrtab.get_at(version.vna_name)).collect::<Vec<_>>());
    Ok(names.filter_map(glibc).max())
}

fn glibc(name: &str) -> Option<(u32, u32)> {
    let (major, minor) = name.strip_prefix("GLIBC_")?.split_once('.')?;
    // Some have a third part, as 2.2.5 has; it tells no releases of our time apart.
    let minor = minor.split('.').next()?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::super::platforms;
    use super::*;

    #[test]
    fn a_program_of_this_machine_is_told_from_one_that_needs_nothing() {
        // This test itself is linked against what the machine has.
        let bytes = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        assert!(newest_glibc(&bytes).unwrap().is_some_and(|version| version >= (2, 2)));
        let host = crate::workspace::vscode_target().unwrap();
        let why = check(&bytes, platforms::named(host).unwrap().unwrap()).unwrap_err().to_string();
        assert!(why.contains("needs") && why.contains("libc.so"), "{why}");
    }

    #[test]
    fn a_program_for_another_processor_is_refused() {
        let [x64, arm64] = ["linux-x64", "linux-arm64"].map(|name| platforms::named(name).unwrap().unwrap());
        check(&program(EM_X86_64), x64).unwrap();
        check(&program(EM_AARCH64), arm64).unwrap();
        let why = check(&program(EM_X86_64), arm64).unwrap_err().to_string();
        assert_eq!(why, "this is a program for linux-x64, not for linux-arm64");
        assert!(check(b"#!/bin/sh\n", x64).is_err());
    }

    #[test]
    fn versions_of_glibc_are_compared_as_numbers() {
        let newest =
            ["GLIBC_2.9", "GLIBC_2.31", "GLIBC_2.2.5", "GCC_3.0", "GLIBC_PRIVATE"].into_iter().filter_map(glibc).max();
        assert_eq!(newest, Some((2, 31)));
    }

    /// The smallest program: a header and nothing else.
    fn program(machine: u16) -> Vec<u8> {
        let mut bytes = vec![0; 64];
        bytes[..7].copy_from_slice(&[0x7f, b'E', b'L', b'F', 2, 1, 1]);
        bytes[16..18].copy_from_slice(&2_u16.to_le_bytes());
        bytes[18..20].copy_from_slice(&machine.to_le_bytes());
        bytes[20] = 1;
        bytes[52] = 64;
        bytes
    }
}
