//! What libpq takes when the URL does not say it: `PG…` variables, the password file, the OS user.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::conninfo::Conninfo;
use super::problem::Problem;

/// <https://www.postgresql.org/docs/current/libpq-envars.html>
const VARIABLES: &[(&str, &str)] = &[
    ("PGHOST", "host"),
    ("PGHOSTADDR", "hostaddr"),
    ("PGPORT", "port"),
    ("PGDATABASE", "dbname"),
    ("PGUSER", "user"),
    ("PGPASSWORD", "password"),
    ("PGPASSFILE", "passfile"),
    ("PGREQUIREAUTH", "require_auth"),
    ("PGCHANNELBINDING", "channel_binding"),
    ("PGOPTIONS", "options"),
    ("PGAPPNAME", "application_name"),
    ("PGSSLMODE", "sslmode"),
    ("PGSSLNEGOTIATION", "sslnegotiation"),
    ("PGSSLCERT", "sslcert"),
    ("PGSSLKEY", "sslkey"),
    ("PGSSLROOTCERT", "sslrootcert"),
    ("PGSSLCRL", "sslcrl"),
    ("PGCONNECT_TIMEOUT", "connect_timeout"),
    ("PGTARGETSESSIONATTRS", "target_session_attrs"),
    ("PGLOADBALANCEHOSTS", "load_balance_hosts"),
];

/// Where the variables come from: the process's own, or a test's.
pub(super) type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The variable of this process.
pub(super) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The connection with everything that libpq would add: nothing is left to the reader of its URL.
pub(super) fn completed(given: &Conninfo, variable: Environment) -> Result<Conninfo, Problem> {
    if given.some("service").is_some() || variable("PGSERVICE").is_some() {
        return Err(Problem::new(
            "connection services (`service`, PGSERVICE) are not read: give the host and the database \
             themselves",
        ));
    }
    let mut whole = given.clone();
    for (name, parameter) in VARIABLES {
        // An address that the environment gives belongs to its host, not to one that was written out.
        if *parameter == "hostaddr" && given.get("host").is_some() {
            continue;
        }
        if let Some(value) = variable(name) {
            whole.or(parameter, &value)?;
        }
    }
    if whole.some("user").is_none() {
        whole.set("user", &os_user()?)?;
    }
    if whole.some("dbname").is_none() {
        let user = whole.some("user").unwrap_or_default().to_owned();
        whole.set("dbname", &user)?;
    }
    if whole.some("port").is_none() {
        whole.set("port", "5432")?;
    }
    if whole.some("host").is_none() && whole.some("hostaddr").is_none() {
        let port = whole.some("port").unwrap_or_default().to_owned();
        whole.set("host", &local_host(&port))?;
    }
    if whole.get("password").is_none()
        && let Some(password) = from_password_file(&whole, variable)
    {
        whole.set("password", &password)?;
    }
    Ok(whole)
}

/// Where a server of this machine listens: a socket's directory, or `localhost`.
fn local_host(port: &str) -> String {
    let has_socket = |directory: &&str| Path::new(directory).join(socket_name(port)).exists();
    ["/var/run/postgresql", "/tmp"]
        .iter()
        .find(|d| has_socket(d))
        .map_or("localhost", |d| d)
        .to_owned()
}

/// The file by which PostgreSQL is reached in a directory.
pub(super) fn socket_name(port: &str) -> String {
    format!(".s.PGSQL.{port}")
}

/// Who runs this process, by name.
fn os_user() -> Result<String, Problem> {
    // Asked of the system, as libpq does: USER may be another's under `sudo` or `su`.
    let said = Command::new("id").arg("-un").stdin(Stdio::null()).stderr(Stdio::null()).output();
    let name = said.map(|said| String::from_utf8_lossy(&said.stdout).trim().to_owned());
    name.ok().filter(|name| !name.is_empty()).or_else(|| std::env::var("USERNAME").ok()).ok_or_else(
        || {
            Problem::new(
                "the database's URL has no user, and the system knows none: write `user@host`",
            )
        },
    )
}

/// <https://www.postgresql.org/docs/current/libpq-pgpass.html>
fn from_password_file(conninfo: &Conninfo, variable: Environment) -> Option<String> {
    let home = || variable("HOME").map(|home| PathBuf::from(home).join(".pgpass"));
    let path = conninfo.some("passfile").map(PathBuf::from).or_else(home)?;
    if !is_private(&path) {
        return None;
    }
    let host = conninfo.some("host").or(conninfo.some("hostaddr")).unwrap_or_default();
    // The default sockets are `localhost` there.
    let host = if host == "/var/run/postgresql" || host == "/tmp" { "localhost" } else { host };
    let wanted = [
        host,
        conninfo.some("port").unwrap_or_default(),
        conninfo.some("dbname").unwrap_or_default(),
        conninfo.some("user").unwrap_or_default(),
    ];
    let text = fs::read_to_string(path).ok()?;
    text.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let mut fields = fields(line);
        if fields.len() < 5 {
            return None;
        }
        let password = fields.split_off(4).join(":");
        let fits = |(field, wanted): (&String, &&str)| field == "*" || field == wanted;
        fields.iter().zip(&wanted).all(fits).then_some(password)
    })
}

/// The fields between colons; a backslash takes the next character as it is.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            ':' => fields.push(String::new()),
            '\\' => fields.last_mut().expect("there is one").extend(chars.next()),
            c => fields.last_mut().expect("there is one").push(c),
        }
    }
    fields
}

/// Whether nobody else may read it: libpq passes over a password file that others may.
#[cfg(unix)]
fn is_private(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o077 == 0)
}

#[cfg(not(unix))]
fn is_private(path: &Path) -> bool {
    path.is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(url: &str, variables: &[(&str, &str)]) -> String {
        let given = Conninfo::parse(url).unwrap_or_else(|problem| panic!("{url}: {problem}"));
        let variable = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        match completed(&given, &variable) {
            Ok(whole) => whole.url(),
            Err(problem) => problem.to_string(),
        }
    }

    #[test]
    fn variables_say_what_the_url_does_not() {
        let variables = [
            ("PGHOST", "db.example"),
            ("PGHOSTADDR", "10.0.0.1"),
            ("PGPORT", "5433"),
            ("PGUSER", "ann"),
            ("PGPASSWORD", "s3cret"),
            ("PGDATABASE", "shop"),
            ("PGSSLMODE", "require"),
        ];
        assert_eq!(
            shown("", &variables),
            "postgresql://ann:s3cret@db.example:5433/shop?hostaddr=10.0.0.1&sslmode=require"
        );
        assert_eq!(
            shown("postgresql://bob:other@localhost:1/x?sslmode=disable", &variables),
            "postgresql://bob:other@localhost:1/x?sslmode=disable"
        );
        // The database is named after the user.
        assert_eq!(shown("postgresql://ann@h", &[]), "postgresql://ann@h:5432/ann");
    }

    #[test]
    fn the_password_file_is_read_by_its_rules() {
        let directory = tempfile::tempdir().expect("there is a place for temporary files");
        let path = directory.path().join("pgpass");
        let text = "# a remark\n\
                    h:5432:shop:ann:first\n\
                    h:*:*:ann:with\\:colon\n\
                    localhost:*:*:ann:socket\n\
                    *:*:*:bob:back\\\\slash\n";
        fs::write(&path, text).expect("it can be written");
        let file = path.to_string_lossy().into_owned();
        let password = |url: &str| {
            let shown = shown(url, &[("PGPASSFILE", &file)]);
            let read = Conninfo::parse(&shown).unwrap_or_else(|problem| panic!("{problem}"));
            read.get("password").map(str::to_owned)
        };
        private(&path, 0o600);
        assert_eq!(password("postgresql://ann@h/shop").as_deref(), Some("first"));
        assert_eq!(password("postgresql://ann@h/other").as_deref(), Some("with:colon"));
        assert_eq!(password("postgresql://ann@/x?host=/tmp").as_deref(), Some("socket"));
        assert_eq!(password("postgresql://bob@anywhere/x").as_deref(), Some("back\\slash"));
        assert_eq!(password("postgresql://carl@h/shop"), None);
        assert_eq!(password("postgresql://ann:given@h/shop").as_deref(), Some("given"));
        // Others may read it, so it is not read.
        private(&path, 0o644);
        if cfg!(unix) {
            assert_eq!(password("postgresql://ann@h/shop"), None);
        }
    }

    #[cfg(unix)]
    fn private(path: &Path, mode: u32) {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("the file is ours");
    }

    #[cfg(not(unix))]
    fn private(_: &Path, _: u32) {}
}
