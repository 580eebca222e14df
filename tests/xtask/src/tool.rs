//! The tools that parts need, and how to get each.

use std::process::Stdio;

use crate::failure::Failure;
use crate::workspace::Workspace;

/// A program that a part needs.
#[derive(Debug)]
pub(crate) struct Tool {
    /// Its name.
    pub(crate) name: &'static str,
    /// A command that succeeds where the tool is.
    probe: &'static [&'static str],
    /// The command that installs it.
    pub(crate) install: &'static str,
}

/// The formatter.
pub(crate) static RUSTFMT: Tool = Tool {
    name: "rustfmt",
    probe: &["cargo", "fmt", "--version"],
    install: "rustup component add rustfmt",
};
/// The linter.
pub(crate) static CLIPPY: Tool = Tool {
    name: "clippy",
    probe: &["cargo", "clippy", "--version"],
    install: "rustup component add clippy",
};
/// Builds for libFuzzer.
pub(crate) static NIGHTLY: Tool = Tool {
    name: "a nightly toolchain",
    probe: &["cargo", "+nightly", "--version"],
    install: "rustup toolchain install nightly",
};
/// Lists the files that belong to the repository.
pub(crate) static GIT: Tool = Tool {
    name: "git",
    probe: &["git", "--version"],
    install: "sudo apt-get install git (Debian, Ubuntu) or brew install git (macOS)",
};
/// Recounts what the lab left behind.
pub(crate) static PYTHON: Tool = Tool {
    name: "python3",
    probe: &["python3", "--version"],
    install: "sudo apt-get install python3 (Debian, Ubuntu) or brew install python (macOS)",
};
/// Brings the lab's real logs.
pub(crate) static PIP: Tool = Tool {
    name: "pip",
    probe: &["python3", "-m", "pip", "--version"],
    install: "sudo apt-get install python3-pip (Debian, Ubuntu) or python3 -m ensurepip (elsewhere)",
};
/// Runs buf.
pub(crate) static NODE: Tool = Tool {
    name: "node",
    probe: &["node", "--version"],
    install: "sudo apt-get install nodejs (Debian, Ubuntu) or brew install node (macOS)",
};
/// Compiles and runs the facade for HarmonyOS.
pub(crate) static NODE_20: Tool = Tool {
    name: "node 20 or later",
    probe: &["node", "-e", "process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)"],
    install: "sudo apt-get install nodejs (Debian 13, Ubuntu 25.04 or later) or brew install node (macOS)",
};
/// Installs buf.
pub(crate) static NPM: Tool = Tool {
    name: "npm",
    probe: &["npm", "--version"],
    install: "sudo apt-get install npm (Debian, Ubuntu) or brew install node (macOS)",
};

/// Compiles and runs Kotlin.
pub(crate) static JDK: Tool = Tool {
    name: "a JDK 17 or later",
    probe: &["javac", "--release", "17", "-version"],
    install: "sudo apt-get install openjdk-17-jdk-headless (Debian, Ubuntu) or brew install openjdk@17 (macOS)",
};
/// Builds for Android with an NDK.
pub(crate) static CARGO_NDK: Tool = Tool {
    name: "cargo-ndk",
    probe: &["cargo", "ndk", "--version"],
    install: "cargo install cargo-ndk",
};
/// Rust's standard library for the processors of Android devices.
pub(crate) static ANDROID_TARGETS: Tool = Tool {
    name: "Rust's library for a processor of Android's",
    probe: &[
        "sh",
        "-c",
        "for target in aarch64-linux-android armv7-linux-androideabi x86_64-linux-android; do \
         test -d \"$(rustc --print target-libdir --target $target)\" || exit 1; done",
    ],
    install: "rustup target add aarch64-linux-android armv7-linux-androideabi x86_64-linux-android",
};
/// Packs an app's resources.
pub(crate) static AAPT2: Tool = Tool {
    name: "aapt2",
    probe: &["aapt2", "version"],
    install: "sudo apt-get install aapt (Debian, Ubuntu)",
};
/// Aligns what is in an app.
pub(crate) static ZIPALIGN: Tool = Tool {
    name: "zipalign",
    probe: &["sh", "-c", "command -v zipalign"],
    install: "sudo apt-get install zipalign (Debian, Ubuntu)",
};
/// Signs an app.
pub(crate) static APKSIGNER: Tool = Tool {
    name: "apksigner",
    probe: &["apksigner", "--version"],
    install: "sudo apt-get install apksigner (Debian, Ubuntu)",
};
/// Shows what is in an app.
pub(crate) static DEXDUMP: Tool = Tool {
    name: "dexdump",
    probe: &["sh", "-c", "command -v dexdump"],
    install: "sudo apt-get install dexdump (Debian, Ubuntu)",
};
/// Builds the Kotlin modules.
pub(crate) static MAVEN: Tool = Tool {
    name: "maven",
    probe: &["mvn", "--version"],
    install: "sudo apt-get install maven (Debian, Ubuntu) or brew install maven (macOS)",
};

/// Configures OpenSSL, which comes as source with `SQLCipher`.
pub(crate) static PERL: Tool = Tool {
    name: "perl with its standard modules",
    probe: &["perl", "-MFindBin", "-MIPC::Cmd", "-MFile::Compare", "-MData::Dumper", "-e", "1"],
    install: "sudo apt-get install perl (Debian, Ubuntu) or sudo dnf install perl (Fedora)",
};
/// Builds OpenSSL.
pub(crate) static MAKE: Tool = Tool {
    name: "make",
    probe: &["make", "--version"],
    install: "sudo apt-get install make (Debian, Ubuntu) or xcode-select --install (macOS)",
};
/// Compiles SQLite and OpenSSL.
pub(crate) static CC: Tool = Tool {
    name: "a C compiler",
    probe: &["cc", "--version"],
    install: "sudo apt-get install gcc libc6-dev (Debian, Ubuntu) or xcode-select --install (macOS)",
};

impl Tool {
    /// Fails if the tool is not on this machine.
    pub(crate) fn require(&'static self, workspace: &Workspace) -> Result<(), Failure> {
        let Some((program, arguments)) = self.probe.split_first() else {
            return Ok(());
        };
        let mut probe = workspace.command(program);
        probe.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let found = probe.status().is_ok_and(|status| status.success());
        found.then_some(()).ok_or(Failure::Missing(self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static ABSENT: Tool = Tool {
        name: "absent",
        probe: &["staykit-no-such-program", "--version"],
        install: "get absent",
    };

    #[test]
    fn a_missing_tool_is_named_in_one_line_with_its_install_command() {
        let workspace = Workspace { root: std::env::temp_dir(), target: std::env::temp_dir() };
        let failure = ABSENT.require(&workspace).unwrap_err();
        assert_eq!(failure.to_string(), "absent is missing; get it with: get absent");
    }
}
