//! A server on which databases may be made: a private one, or a user's.

use std::collections::BTreeSet;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use postgres::{Client, SimpleQueryMessage};

use crate::quoting::{quote_identifier, quote_literal};

use super::binaries::Binaries;
use super::conninfo::Conninfo;
use super::leftovers::Owner;
use super::problem::Problem;
use super::registry;
use super::scratch::Scratch;
use super::version::Version;
use super::{connect, defaults};

/// A server on which scratch databases are made. Several threads may use it at once; it ends with the last
/// of its databases.
#[derive(Debug, Clone)]
pub struct Server {
    shared: Arc<Shared>,
}

/// What a server and its databases hold in common.
pub(super) struct Shared {
    conninfo: Conninfo,
    version: Version,
    /// Connections that wait for their next statement.
    idle: Mutex<Vec<Client>>,
    /// The databases that are there.
    databases: Mutex<BTreeSet<String>>,
    /// A private server, until it is stopped; behind the connections, so that they are closed before.
    private: Mutex<Option<super::private::Private>>,
    /// Whose databases these are, on a server that others use too.
    owner: Option<Owner>,
    /// What the names of its databases, and of no others, have in them.
    token: String,
    /// How many databases were made.
    made: AtomicUsize,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The parameters may hold a password.
        f.debug_struct("Shared").field("version", &self.version).finish_non_exhaustive()
    }
}

/// What a role, or a database, may have otherwise, and what would then make a proof differ between servers.
const PLAIN: &[(&str, &str)] = &[
    ("search_path", "\"$user\", public"),
    ("timezone", "'UTC'"),
    ("datestyle", "'ISO, MDY'"),
    ("intervalstyle", "'postgres'"),
    ("default_transaction_isolation", "'read committed'"),
    ("default_transaction_read_only", "off"),
    ("default_transaction_deferrable", "off"),
    ("default_tablespace", "''"),
    ("statement_timeout", "0"),
    ("lock_timeout", "0"),
    ("idle_in_transaction_session_timeout", "0"),
    ("row_security", "on"),
    ("jit", "off"),
];

impl Server {
    /// Makes a private server, which nothing but this process reaches, and which is gone with it.
    ///
    /// # Errors
    /// One line: what the system lacks, or what PostgreSQL said when it did not start.
    pub fn start(binaries: &Binaries) -> Result<Server, Problem> {
        let _making = registry::making()?;
        let (private, conninfo) = super::private::Private::start(binaries)?;
        let mut client = connect::open(&conninfo)?;
        let version = Version::of(&mut client)?;
        Ok(Server::new(conninfo, version, client, Some(private)))
    }

    /// A server that runs; the database of the URL is only connected to.
    ///
    /// # Errors
    /// As [`super::connect`], and where the role may not make databases.
    pub fn at(url: &str) -> Result<Server, Problem> {
        let conninfo = defaults::completed(&Conninfo::parse(url)?, &defaults::environment)?;
        let mut client = connect::open(&conninfo)?;
        let version = Version::of(&mut client)?;
        let row = client.query_one(
            "SELECT rolsuper OR rolcreatedb, pg_is_in_recovery(), rolname::text
               FROM pg_roles WHERE rolname = current_user",
            &[],
        )?;
        let (may, standby, role): (bool, bool, String) = (row.get(0), row.get(1), row.get(2));
        if standby {
            return Err(Problem::new(
                "the server is a standby, on which no scratch databases can be made: give the URL of a \
                 primary, or none, and a private server is started",
            ));
        }
        if !may {
            return Err(Problem::new(format!(
                "the role \"{role}\" may not make the scratch databases that this needs: `ALTER ROLE {} \
                 CREATEDB`, or give no URL, and a private server is started",
                quote_identifier(&role)
            )));
        }
        drop_leftovers(&mut client);
        Ok(Server::new(conninfo, version, client, None))
    }

    fn new(
        conninfo: Conninfo,
        version: Version,
        client: Client,
        private: Option<super::private::Private>,
    ) -> Server {
        let owner = private.is_none().then(Owner::this);
        let random = RandomState::new().build_hasher().finish();
        let shared = Arc::new(Shared {
            conninfo,
            version,
            idle: Mutex::new(vec![client]),
            databases: Mutex::default(),
            private: Mutex::new(private),
            owner,
            token: format!("{}_{:08x}", std::process::id(), random & 0xffff_ffff),
            made: AtomicUsize::new(0),
        });
        registry::know(&shared);
        Server { shared }
    }

    /// Which PostgreSQL it is.
    #[must_use]
    pub fn version(&self) -> &Version {
        &self.shared.version
    }

    /// Whether it was started by [`Server::start`].
    #[must_use]
    pub fn is_private(&self) -> bool {
        self.shared.owner.is_none()
    }

    /// How it is reached, for rust-postgres, psycopg and SQLAlchemy alike. A password is in it.
    #[must_use]
    pub fn url(&self) -> String {
        self.shared.conninfo.url()
    }

    /// A pattern of SQL's LIKE for the names of the databases that are made through this value, and of no
    /// others: for whoever drops them when this process is killed.
    #[must_use]
    pub fn scratch_names(&self) -> String {
        format!("trine_%_{}_%", self.shared.token).replace('_', "\\_")
    }

    /// Makes an empty database: UTF-8, locale C, `trine_<stem>_<pid>_<random>_<number>`. It is dropped with
    /// the value.
    ///
    /// # Errors
    /// What PostgreSQL refuses, or that the process is about to end.
    pub fn scratch(&self, stem: &str) -> Result<Scratch, Problem> {
        let how =
            "TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C'";
        self.make(stem, how)
    }

    /// Makes a copy of another one, to which nobody is connected.
    ///
    /// # Errors
    /// As [`Server::scratch`], and where someone is connected to the other one.
    pub fn scratch_from(&self, template: &Scratch, stem: &str) -> Result<Scratch, Problem> {
        self.make(stem, &format!("TEMPLATE {}", quote_identifier(template.name())))
    }

    fn make(&self, stem: &str, how: &str) -> Result<Scratch, Problem> {
        let shared = &self.shared;
        let name = shared.database_name(stem);
        let quoted = quote_identifier(&name);
        let _making = registry::making()?;
        let mut client = shared.client()?;
        // Known before it is there: it is dropped even when the answer is lost.
        shared.databases().insert(name.clone());
        let scratch = Scratch::new(Arc::clone(shared), name);
        if let Err(error) = client.batch_execute(&format!("CREATE DATABASE {quoted} {how}")) {
            let problem = Problem::from(error);
            if !problem.is_lost() {
                shared.databases().remove(scratch.name());
            }
            return Err(problem.during("making a scratch database"));
        }
        if let Some(owner) = &shared.owner {
            let mut plain =
                format!("COMMENT ON DATABASE {quoted} IS {};", quote_literal(&owner.text()));
            for (name, value) in PLAIN {
                plain.push_str(&format!(
                    "ALTER ROLE SESSION_USER IN DATABASE {quoted} SET {name} = {value};"
                ));
            }
            client.batch_execute(&plain)?;
        }
        shared.idle().push(client);
        Ok(scratch)
    }
}

impl Shared {
    /// How a database of this server is reached.
    pub(super) fn conninfo(&self, database: &str) -> Conninfo {
        self.conninfo.with_database(database)
    }

    /// Within PostgreSQL's 63 bytes, and plain enough to need no quotes.
    fn database_name(&self, stem: &str) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
        let stem: String = stem.chars().map(plain).take(25).collect();
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        format!("trine_{stem}_{}_{number}", self.token)
    }

    fn databases(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.databases.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Client>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection of the server's own.
    fn client(&self) -> Result<Client, Problem> {
        let waiting = self.idle().pop().filter(|client| !client.is_closed());
        waiting.map_or_else(|| connect::open(&self.conninfo), Ok)
    }

    fn execute(&self, statements: &str) -> Result<(), Problem> {
        let mut client = self.client()?;
        client.batch_execute(statements)?;
        self.idle().push(client);
        Ok(())
    }

    /// Drops a database, whoever is connected to it.
    pub(super) fn drop_database(&self, name: &str) -> Result<(), Problem> {
        if !self.databases().contains(name) {
            return Ok(());
        }
        let statement = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", quote_identifier(name));
        let dropped = self.execute(&statement);
        // The connection may have been lost for a moment only.
        let dropped = if dropped.as_ref().is_err_and(Problem::is_lost) {
            self.idle().clear();
            self.execute(&statement)
        } else {
            dropped
        };
        dropped?;
        self.databases().remove(name);
        Ok(())
    }

    /// Leaves nothing: stops the private server, or drops what there is on a user's. Gives what stays.
    pub(super) fn clean_up(&self) -> Vec<String> {
        let private = self.private.lock().unwrap_or_else(PoisonError::into_inner).take();
        if private.is_some() {
            self.databases().clear();
            return Vec::new();
        }
        let names: Vec<String> = self.databases().iter().cloned().collect();
        names.into_iter().filter(|name| self.drop_database(name).is_err()).collect()
    }

    /// The databases that are there.
    pub(super) fn names(&self) -> Vec<String> {
        self.databases().iter().cloned().collect()
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // What a lost connection kept from being dropped is told to whoever asks at the end.
        if self.owner.is_some() {
            registry::leave(self.names());
        }
        // Closed before the server stops.
        self.idle().clear();
    }
}

/// Drops what a process of this machine that was killed has left on a user's server. What can't be told for
/// sure stays, and so does what anyone is connected to.
fn drop_leftovers(client: &mut Client) {
    let Ok(found) = client.simple_query(
        "SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database
          WHERE datname LIKE 'trine\\_%' AND pg_has_role(datdba, 'USAGE')",
    ) else {
        return;
    };
    for message in found {
        let SimpleQueryMessage::Row(row) = message else { continue };
        let (Some(name), Some(comment)) = (row.get(0), row.get(1)) else { continue };
        if Owner::read(comment).is_some_and(|owner| owner.is_certain() && owner.is_gone()) {
            let _ = client
                .batch_execute(&format!("DROP DATABASE IF EXISTS {}", quote_identifier(name)));
        }
    }
}
