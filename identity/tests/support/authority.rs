//! A certificate authority of the test's own, made with the `openssl` program: PostgreSQL's packages bring it along.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// An authority that lives in two files of a folder.
pub struct Authority {
    certificate: PathBuf,
    key: PathBuf,
}

impl Authority {
    /// Makes one.
    pub fn new(folder: &Path, name: &str) -> Self {
        let new = Self { certificate: folder.join(format!("{name}.crt")), key: folder.join(format!("{name}.key")) };
        let request = new.certificate.with_extension("csr");
        ask(&new.key, &request, name);
        let extensions =
            written(&new.certificate, "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n");
        openssl(sign(&request, &extensions, &new.certificate).arg("-signkey").arg(&new.key));
        new
    }

    /// What those who trust it are given.
    pub fn certificate(&self) -> &Path {
        &self.certificate
    }

    /// Writes a server's certificate for `names` (`DNS:db.example.org`, `IP:127.0.0.1`), and its key.
    pub fn certify(&self, names: &str, certificate: &Path, key: &Path) {
        let request = self.certificate.with_extension("server.csr");
        ask(key, &request, "server");
        let extensions = written(&request, &format!("basicConstraints=CA:FALSE\nsubjectAltName={names}\n"));
        let mut command = sign(&request, &extensions, certificate);
        command.arg("-CA").arg(&self.certificate).arg("-CAkey").arg(&self.key).args(["-set_serial", "2"]);
        openssl(&mut command);
    }
}

/// A new key, and the request to certify it.
fn ask(key: &Path, request: &Path, name: &str) {
    let mut command = Command::new("openssl");
    command.args(["req", "-new", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]);
    openssl(command.args(["-subj", &format!("/CN={name}")]).arg("-keyout").arg(key).arg("-out").arg(request));
}

fn sign(request: &Path, extensions: &Path, certificate: &Path) -> Command {
    let mut command = Command::new("openssl");
    command.args(["x509", "-req", "-days", "2", "-sha256", "-in"]).arg(request);
    command.arg("-extfile").arg(extensions).arg("-out").arg(certificate);
    command
}

fn written(beside: &Path, text: &str) -> PathBuf {
    let file = beside.with_extension("ext");
    std::fs::write(&file, text).expect("a file can be written");
    file
}

fn openssl(command: &mut Command) {
    let output = command.output().expect("openssl is installed");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
