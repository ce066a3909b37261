use limosa_db::{DatabaseUrl, DjangoDatabase, LibpqEnvironment, UrlError};

#[track_caller]
fn check(text: &str, shown: &str) {
    let url = DatabaseUrl::parse(text).expect("a URL");
    assert_eq!(url.to_string(), shown);
    assert_eq!(format!("{url:?}"), format!("DatabaseUrl({shown})"));
}

#[test]
fn shows_urls_without_passwords() {
    check("postgres://u:se%40cret@h:5433/d", "postgres://u:***@h:5433/d");
    check("postgresql://u@h1,h2:5433/d", "postgres://u@h1,h2:5433/d");
    check("postgres://[::1]:5432/d?password=secret", "postgres://:***@[::1]:5432/d");
    check("postgres:///d?host=/tmp/pg&port=54329&user=u", "postgres://u@/d?host=/tmp/pg&port=54329");
    check("postgres:///d?port=54329&host=/tmp/pg", "postgres:///d?host=/tmp/pg&port=54329");
    check("mariadb://u:p@h/d", "mysql://u:***@h/d");
    check("sqlite:db.sqlite3", "sqlite:db.sqlite3");
    check("sqlite://db.sqlite3", "sqlite:db.sqlite3");
    check("sqlite:///var/a%20b.sqlite3", "sqlite:///var/a b.sqlite3");
    check("sqlite::memory:", "sqlite::memory:");
}

#[test]
fn decodes_parts() {
    let url = DatabaseUrl::parse("postgres://us%65r:p%3Aw%2f@h/my%20db?sslmode=verify-full&connect_timeout=3")
        .expect("a URL");
    assert_eq!((url.user(), url.password(), url.database()), (Some("user"), Some("p:w/"), Some("my db")));
    assert_eq!((url.option("sslmode"), url.option("connect_timeout")), (Some("verify-full"), Some("3")));
    assert!(DatabaseUrl::parse("sqlite::memory:").expect("a URL").is_in_memory());
    assert!(DatabaseUrl::parse("sqlite:///:memory:").expect("a URL").is_in_memory());
    let below = DatabaseUrl::parse("sqlite:db.sqlite3").expect("a URL").below("/project".as_ref());
    assert_eq!(below.sqlite_path(), Some("/project/db.sqlite3".into()));
}

#[test]
fn refuses_without_repeating_the_password() {
    for (text, error) in [
        ("secret", UrlError::NoScheme),
        ("oracle://u:secret@h/d", UrlError::UnknownScheme("oracle".into())),
        ("postgres://u:secret%4@h/d", UrlError::Encoding("password")),
        ("postgres://u:secret@h:port/d", UrlError::Port("port".into())),
        ("postgres://u:secret@h/d?sslmod=x", UrlError::UnknownParameter("sslmod".into())),
        ("postgres://u:secret@h/d?sslmode=x", UrlError::Value { name: "sslmode", value: "x".into() }),
        ("sqlite:", UrlError::NoPath),
    ] {
        let found = DatabaseUrl::parse(text).expect_err("an error");
        assert!(!format!("{found} {found:?}").contains("secret"));
        assert_eq!(found, error);
    }
}

#[test]
fn reads_django_settings() {
    let settings = DjangoDatabase {
        engine: "django_prometheus.db.backends.postgresql".into(),
        name: "d".into(),
        user: "u".into(),
        password: "secret".into(),
        host: "/tmp/pg".into(),
        port: "54329".into(),
        ..DjangoDatabase::default()
    };
    assert!(!format!("{settings:?}").contains("secret"));
    let url = DatabaseUrl::from_django(&settings).expect("a URL");
    assert_eq!(url.to_string(), "postgres://u:***@/d?host=/tmp/pg&port=54329");
    let unknown = DjangoDatabase { engine: "django.db.backends.oracle".into(), ..settings };
    assert_eq!(DatabaseUrl::from_django(&unknown), Err(UrlError::UnknownEngine("django.db.backends.oracle".into())));
}

#[test]
fn reads_the_options_of_mysql() {
    let url =
        DatabaseUrl::parse("mysql://u@h:3307/d?ssl-mode=verify-full&ssl-ca=/ca.pem&charset=utf8mb4&socket=/s.sock");
    let url = url.expect("a URL");
    assert_eq!(url.to_string(), "mysql://u@/d?host=/s.sock");
    let options = ["ssl_mode", "ssl_ca", "charset"].map(|name| url.option(name));
    assert_eq!(options, [Some("VERIFY_IDENTITY"), Some("/ca.pem"), Some("utf8mb4")]);
    for (text, error) in [
        ("mysql://u:secret@h/d?sslmod=x", UrlError::UnknownParameter("sslmod".into())),
        ("mysql://u:secret@h/d?ssl_mode=x", UrlError::Value { name: "ssl_mode", value: "x".into() }),
        (
            "mysql://u:secret@h/d?isolation_level=loose",
            UrlError::Value { name: "isolation_level", value: "loose".into() },
        ),
    ] {
        assert_eq!(DatabaseUrl::parse(text), Err(error));
    }
}

#[test]
fn reads_mysql_settings_and_option_files_as_mysqlclient_does() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path.to_str().expect("UTF-8").to_owned()
    };
    let more = file("more.cnf", "[client]\nport = 3310\nssl-ca=/ca.pem # the authority\n");
    let text = "[mysqld]\nport=1\n[client]\nuser = 'me'\npassword = \"a#b\\\\c\"\nhost=db\nport=3308\ncompress\n                [shop]\ndatabase=shop\ndefault-character-set=utf8mb3\n";
    let file = file("my.cnf", &format!("# ours\n{text}!include {more}\n"));
    let settings = |host: &str, options: &[(&str, &str)]| DjangoDatabase {
        engine: "django.db.backends.mysql".into(),
        host: host.into(),
        options: options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        ..DjangoDatabase::default()
    };
    let nothing = LibpqEnvironment::default();
    let read = [("read_default_file", file.as_str()), ("read_default_group", "shop")];
    let url = DatabaseUrl::from_django(&settings("", &read)).expect("a URL");
    let url = url.with_mysql_defaults(&nothing).expect("defaults");
    assert_eq!(url.to_string(), "mysql://me:***@db:3310/shop");
    assert_eq!(
        (url.password(), url.option("charset"), url.option("ssl_ca")),
        (Some("a#b\\c"), Some("utf8mb3"), Some("/ca.pem"))
    );
    // What the settings say goes first, and what stands among the options before it.
    let options = [
        read[0],
        ("db", "other"),
        ("passwd", "secret"),
        ("ssl.ca", "/own.pem"),
        ("isolation_level", ""),
        ("conv", "x"),
    ];
    let url = DatabaseUrl::from_django(&settings("127.0.0.1", &options)).expect("a URL");
    assert!(!format!("{url:?}").contains("secret"));
    let url = url.with_mysql_defaults(&nothing).expect("defaults");
    assert_eq!(url.to_string(), "mysql://me:***@127.0.0.1:3310/other");
    assert_eq!(
        (url.password(), url.option("ssl_ca"), url.option("isolation_level")),
        (Some("secret"), Some("/own.pem"), Some(""))
    );
    let socket = DatabaseUrl::from_django(&settings("/tmp/my.sock", &[])).expect("a URL");
    assert_eq!(socket.with_mysql_defaults(&nothing).expect("defaults").hosts()[0].name, "/tmp/my.sock");
}

#[test]
fn fills_defaults_as_libpq_does() {
    let variables = |list: &[(&str, &str)]| {
        LibpqEnvironment::from_variables(list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    };
    let environment =
        variables(&[("PGHOST", "h"), ("PGPORT", "5433"), ("PGPASSWORD", "secret"), ("USER", "me"), ("PATH", "/")]);
    assert!(!format!("{environment:?}").contains("secret"));
    let fill = |text: &str, environment: &LibpqEnvironment| {
        DatabaseUrl::parse(text).expect("a URL").with_libpq_defaults(environment).expect("defaults")
    };
    assert_eq!(fill("postgres:///", &environment).to_string(), "postgres://me:***@h:5433/me");
    assert_eq!(fill("postgres://you:pw@other:1/d", &environment).to_string(), "postgres://you:***@other:1/d");
    let home = tempfile::tempdir().expect("a folder");
    std::fs::write(home.path().join(".pgpass"), "# c\nother:*:*:*:no\nh:5433:*:me:a\\:b\n").expect("a file");
    std::fs::write(home.path().join(".pg_service.conf"), "[one]\nhost=x\n[two]\nhost=h\nport=5433\ndbname=d\n")
        .expect("a file");
    let environment =
        variables(&[("HOME", home.path().to_str().expect("UTF-8")), ("USER", "me"), ("PGSERVICE", "two")]);
    set_private(&home.path().join(".pgpass"));
    let url = fill("postgres://", &environment);
    assert_eq!((url.to_string().as_str(), url.password()), ("postgres://me:***@h:5433/d", Some("a:b")));
    let missing = DatabaseUrl::parse("postgres:///?service=none").expect("a URL").with_libpq_defaults(&environment);
    assert_eq!(missing, Err(UrlError::UnknownService("none".into())));
}

#[cfg(unix)]
fn set_private(file: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).expect("permissions");
}

#[cfg(not(unix))]
fn set_private(_: &std::path::Path) {}
