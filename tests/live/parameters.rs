//! The ways to write which database, against a server that runs.

use trine::live;

use super::support::server;

/// The parameters of the tests' server, taken apart.
fn parameters(url: &str) -> Vec<(String, String)> {
    let (_, query) = url.split_once('?').unwrap();
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.replace("%2F", "/")))
        .collect()
}

#[test]
fn a_database_is_named_in_every_way_that_libpq_knows() {
    let server = live::Server::start(&server::binaries()).unwrap();
    let scratch = server.scratch("ways").unwrap();
    let url = scratch.url();
    let given = parameters(&url);
    let host = &given.iter().find(|(name, _)| name == "host").unwrap().1;
    let name = scratch.name();
    let encoded = host.replace('/', "%2F");
    for way in [
        url.clone(),
        url.replacen("postgresql://", "postgres://", 1),
        url.replacen("postgresql://", "postgresql+psycopg://", 1),
        url.replacen("postgresql://", "postgresql+asyncpg://", 1),
        format!("postgresql://postgres@{encoded}/{name}"),
        format!("postgresql://postgres@{encoded}:5432/{name}?connect_timeout=5&keepalives=0"),
        format!("postgresql:///{name}?host={host}&user=postgres"),
        format!("host={host} user=postgres dbname={name}"),
        format!("  host = '{host}'  user=postgres\n dbname=\\{name} sslmode=require"),
        format!("host=/nowhere,{host} port=5432 user=postgres dbname={name}"),
    ] {
        let mut client = live::connect(&way).unwrap_or_else(|problem| panic!("{way}: {problem}"));
        let row = client
            .query_one(
                "SELECT current_database()::text, current_setting('application_name')::text",
                &[],
            )
            .unwrap();
        let (database, application): (String, String) = (row.get(0), row.get(1));
        assert_eq!((database.as_str(), application.as_str()), (name, "trine"), "for {way}");
    }
}

#[test]
fn parameters_reach_the_server() {
    let scratch = server::server().scratch("options").unwrap();
    let url = scratch.url().replace("options=&", "");
    let sign = if url.contains('?') { '&' } else { '?' };
    let mut client = live::connect(&format!(
        "{url}{sign}application_name=a%20test&options=-c%20statement_timeout%3D7s"
    ))
    .unwrap();
    for (setting, expected) in [("statement_timeout", "7s"), ("application_name", "a test")] {
        let value: String = client.query_one(&format!("SHOW {setting}"), &[]).unwrap().get(0);
        assert_eq!(value, expected);
    }
    let read_only = format!("{url}{sign}target_session_attrs=read-only");
    let problem = live::connect(&read_only).err().unwrap().to_string();
    assert!(
        problem
            .ends_with("is not what `target_session_attrs` asks for (database is not read only)"),
        "{problem}"
    );
}
