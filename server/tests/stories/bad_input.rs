//! What people paste, scripts mangle and attackers invent: answered with a 4xx that can be read, never with a 500.

use crate::support::*;
use http::{HeaderValue, Method, Request, header};
use identity::words::Role;

/// Bodies that no form of ours can have sent.
fn mangled() -> Vec<Vec<u8>> {
    let text = [
        "",
        "=",
        "&",
        "&&&=&=",
        "name",
        "name=",
        "name=x",
        "name=x&name=y&email=a&password=b",
        "email=a@b.c&email=a@b.c&password=x",
        "name=%FF&email=a%FF@example.org&password=correct+horse%FFbattery+staple",
        "name=%&email=%zz&password=%f",
        "name=%00&email=%00&password=%00",
        "name=a%00b&email=a%00@example.org&password=correct+horse%00battery+staple",
        "name=%C3%28&email=%F0%28%8C%BC&password=%ED%A0%80",
        "name[]=x&email[]=y&password[]=z",
        "name[0]=x&email[a]=y&password[a][b]=z",
        "name[=x&email]=y&password[[=z",
        "a[a][a][a][a][a][a][a][a][a]=x",
        "{\"name\":\"x\"}",
        "<xml/>",
        "name=x;email=y;password=z",
        "token=%FF&id=%FF&role=%FF&stay=%FF",
        "token[]=x&id[]=x&role[x]=y&stay[]=z",
        "id=1&id=2&token=1&token=2&role=user&role=admin",
    ];
    let mut bodies: Vec<Vec<u8>> = text.iter().map(|body| body.as_bytes().to_vec()).collect();
    bodies.push(vec![0xff, 0xfe, b'=', 0x80]);
    bodies.push(b"name=\xff&email=\xc3\x28&password=\xf0\x9f".to_vec());
    bodies.push(vec![0; 100]);
    bodies.push("x=1&".repeat(5000).into_bytes());
    bodies.push(format!("name={}", "%5B".repeat(5000)).into_bytes());
    bodies
}

#[tokio::test]
async fn no_body_breaks_any_function() {
    let app = TestApp::start().await;
    app.account("root", Role::Admin).await;
    for function in routes::functions() {
        // These need no argument, so any form will do; and a hint is given about anything.
        if function.reads
            || [
                "/api/logout",
                "/api/stop_acting",
                "/api/end_other_sessions",
                "/api/cancel_address_change",
                "/api/delete_account",
                "/api/keep_account",
                // Any name is good, also one letter.
                "/api/change_name",
                "/api/admin/retry_letters",
                "/api/admin/rotate_keys",
                "/api/admin/cancel_key_retirement",
                "/api/password_strength",
            ]
            .contains(&function.path)
        {
            continue;
        }
        // Each time anew: what changes something wants to know the password of the last ten minutes.
        let root = app.signed_in("root").await;
        for (n, body) in mangled().into_iter().enumerate() {
            // A minute between any two, so that limits do not answer instead.
            app.advance(if n % 8 == 0 { MINUTE } else { 0 });
            let mut json = root.clone().asking(Kind::Json);
            let request = json.request(Method::POST, function.path);
            let answer = json.send(request, body.clone()).await;
            assert!(matches!(answer.status.as_u16(), 404 | 422 | 429), "{answer:?}");
            assert!(!answer.error().is_empty());
            if answer.status == 422 {
                assert!(!answer.faults().is_empty(), "{answer:?}");
            }
            let mut page = root.clone();
            let request = page.request(Method::POST, function.path);
            let answer = page.send(request, body).await;
            assert!(matches!(answer.status.as_u16(), 303 | 429), "{answer:?}");
        }
    }
}

#[tokio::test]
async fn no_query_breaks_any_function_or_page() {
    let app = TestApp::start().await;
    app.account("root", Role::Admin).await;
    let mut root = app.signed_in("root").await;
    let queries = [
        "%FF",
        "id=%FF",
        "q=%FF%FE&role=%00&status=x&after=y&limit=z",
        "limit=-1",
        "limit=99999999999999999999",
        "limit=0",
        "q[]=x",
        "q=x&q=y",
        "after=00000000-0000-0000-0000-000000000000",
        "q=%25%5F!'%22--",
        "q=%E2%80%AE",
        "of=x&after=y",
        "a[b[c]]=d",
        "token=%FF",
        "token=%00",
        "next=%FF&ended=%FF",
        "id=0197ffff-0000-7000-8000-000000000000&id=x",
        "=&=&",
        "?????",
        "%",
        "role=admin&status=active&limit=1&unknown=x",
    ];
    let long = format!("q={}", "%F0%9F%A6%8A".repeat(2000));
    let targets =
        routes::functions().into_iter().filter(|function| function.reads).map(|function| function.path.to_owned());
    let targets: Vec<String> = targets.chain(routes::pages(uuid::Uuid::nil())).collect();
    for target in targets {
        // Six hundred pages a minute are a browser's.
        app.advance(2);
        for query in queries.iter().copied().chain([long.as_str()]) {
            let answer = root.get(&format!("{target}?{query}")).await;
            // Copies of everything are limited by account.
            let enough = answer.status == 429 && target == "/account/export";
            assert!(enough || matches!(answer.status.as_u16(), 200 | 303 | 404 | 422), "{answer:?}");
        }
    }
    for id in ["%FF", "%00", "x", "%2f", "..%2f..%2fetc", "%E2%80%AE", "1%27+or+1=1", "{id}", "%7Bid%7D"] {
        root.get(&format!("/admin/users/{id}")).await.is(404);
    }
}

#[tokio::test]
async fn more_than_a_form_can_hold_is_refused_and_just_as_much_is_not() {
    let app = TestApp::start().await;
    for (bytes, status) in [(64 * 1024, 422), (64 * 1024 + 1, 413), (1024 * 1024, 413)] {
        let body = format!("name={}", "x".repeat(bytes - 5));
        let mut json = app.program();
        let answer = json.send(json.request(Method::POST, "/api/register"), body.clone()).await.is(status);
        assert_eq!(answer.error(), if status == 413 { "too_large" } else { "invalid" });
        if status == 413 {
            let mut page = app.browser();
            page.send(page.request(Method::POST, "/api/register"), body).await.is(413).says("too much");
        }
    }
    // Whoever announces little and sends much, or the other way round.
    let mut json = app.program();
    let request = json.request(Method::POST, "/api/register").header(header::CONTENT_LENGTH, "10");
    json.send(request, "x".repeat(100_000)).await.refuses(413, "too_large");
}

#[tokio::test]
async fn names_of_all_the_world_are_kept_and_names_that_rearrange_pages_are_not() {
    let app = TestApp::start().await;
    let names = [
        "👩‍🚀 Zoë",
        "نور الهدى",
        "李小龍",
        "O'Brien-Ng <b>&amp;",
        "🏴\u{E0067}\u{E0062}\u{E007F}",
        "می‌خواهم",
        "\"; drop table users; --",
    ];
    for (n, name) in names.into_iter().enumerate() {
        let email = format!("person{n}@example.org");
        let keys = [("email", email.as_str()), ("password", PASSWORD)];
        let mut person = app.browser();
        person.post("/api/register", &[("name", name), keys[0], keys[1]]).await.leads_to("/verify");
        person.post("/api/verify_email", &[("token", &app.letter().await.token())]).await.leads_to("/login");
        person.post("/api/login", &keys).await.leads_to("/dashboard");
        let page = person.get("/dashboard").await.is(200);
        assert!(!page.body.contains("<b>&amp;</b>") && !page.body.contains("Ng <b>"), "escaped: {page:?}");
        page.says(name);
        assert_eq!(person.asking(Kind::Json).get("/api/me").await.json()["name"], name);
    }
    for (name, fault) in [
        ("evil\u{202e}gpj.exe", "name:unprintable"),
        ("a\u{2066}b", "name:unprintable"),
        ("a\0b", "name:unprintable"),
        ("a\nb", "name:unprintable"),
        ("a\u{2028}b", "name:unprintable"),
        ("\u{200b}\u{200d}", "name:missing"),
        ("   ", "name:missing"),
        (&"é".repeat(101), "name:too_long"),
        (&"👩‍🚀".repeat(40), "name:too_long"),
    ] {
        let typed = [("name", name), ("email", "a@example.org"), ("password", PASSWORD)];
        let refused = app.program().post("/api/register", &typed).await.refuses(422, "invalid");
        assert_eq!(refused.faults(), [fault], "{name:?}");
        let mut person = app.browser();
        person.post("/api/register", &typed).await.leads_to("/register");
        let page = person.get("/register").await.is(200);
        assert!(page.body.contains("aria-invalid"), "{page:?}");
    }
}

#[tokio::test]
async fn passwords_are_any_characters_and_not_endless() {
    let app = TestApp::start().await;
    let password = "пароль 密码 🔑 mot de passe";
    let typed = [("name", "Zoë"), ("email", "zoe@example.org"), ("password", password)];
    app.program().post("/api/register", &typed).await.is(200);
    app.program().post("/api/verify_email", &[("token", &app.letter().await.token())]).await.is(200);
    app.program().post("/api/login", &typed[1..]).await.is(200);
    for (password, fault) in
        [("x".repeat(129), "too_long"), ("x".repeat(60_000), "too_long"), ("short".into(), "too_short")]
    {
        let refused = app.program().post("/api/register", &[typed[0], typed[1], ("password", &password)]).await;
        assert_eq!(refused.refuses(422, "invalid").faults(), [format!("password:{fault}")]);
    }
    app.program().post("/api/login", &[typed[1], ("password", &"x".repeat(60_000))]).await.refuses(401, "credentials");
}

#[tokio::test]
async fn cookies_of_any_kind_open_nothing_and_break_nothing() {
    let app = TestApp::start().await;
    for cookie in [
        &b"\xff\xfe\x80"[..],
        b"=",
        b";;;",
        b"__Host-Http-access",
        b"__Host-Http-access=",
        b"__Host-Http-access=\xff",
        b"a=b; a=c; =; ;",
        b"__Host-Http-access=\"quoted\"",
        b"__Host-Http-access=a; __Host-Http-access=b; __Host-Http-refresh=c; __Host-Http-refresh=d",
        b"__Host-Http-flash=AAAA",
        b"__Host-Http-flash=\xff; __Host-Http-refresh=lk1.%00.1.x",
        b"access=x; refresh=y; flash=z",
    ] {
        for path in ["/dashboard", "/login", "/api/me", "/admin", "/healthz"] {
            let mut browser = app.browser();
            let request =
                browser.request(Method::GET, path).header(header::COOKIE, HeaderValue::from_bytes(cookie).unwrap());
            let answer = browser.send(request, "").await;
            let expected = match path {
                "/login" | "/healthz" => 200,
                "/api/me" => 401,
                _ => 303,
            };
            assert_eq!(answer.status, expected, "{cookie:?}: {answer:?}");
        }
    }
    let many =
        (0..500).fold(Request::get("/dashboard"), |request, n| request.header(header::COOKIE, format!("c{n}=x")));
    app.browser().send(many, "").await.leads_to("/login?next=%2Fdashboard");
}

#[tokio::test]
async fn headers_of_any_kind_break_nothing() {
    let app = TestApp::start().await;
    app.account("alice", Role::User).await;
    let mut alice = app.signed_in("alice").await;
    for name in [
        "accept",
        "referer",
        "origin",
        "user-agent",
        "sec-fetch-site",
        "sec-purpose",
        "x-forwarded-for",
        "if-none-match",
        "range",
        "host",
    ] {
        for value in [&b"\xff\xfe"[..], b"", b",,,;;;", b"\"", &[b'x'; 4000]] {
            let request = Request::get("/dashboard").header(name, HeaderValue::from_bytes(value).unwrap());
            alice.send(request, "").await.is(200);
            let request = Request::post("/api/login")
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header(name, HeaderValue::from_bytes(value).unwrap());
            let answer = app.browser().send(request, "email=&password=").await;
            assert!(matches!(answer.status.as_u16(), 303 | 403 | 422), "{answer:?}");
        }
    }
}

#[tokio::test]
async fn no_path_leads_out_of_the_static_files() {
    let app = TestApp::start().await;
    for path in [
        "/pkg/../Cargo.toml",
        "/pkg/..%2fCargo.toml",
        "/pkg/%2e%2e/%2e%2e/etc/passwd",
        "/pkg/....//etc/passwd",
        "/pkg/..\\..\\etc\\passwd",
        "/pkg//etc/passwd",
        "/pkg/%00",
        "/pkg/",
        "/pkg/x%00.css",
        "/pkg/%FF",
        "/..%2f..%2fetc/passwd",
        "/%2e%2e/latchkey.db",
        "/.env",
        "/latchkey.db",
        "/data/latchkey.db",
        "/master.key",
        "/.git/config",
        "/pkg/../../../../../../etc/passwd",
    ] {
        let answer = app.browser().get(path).await.is(404);
        assert!(!answer.body.contains("root:") && !answer.body.contains("[package]"), "{answer:?}");
    }
    for path in ["/pkg/x", "/healthz", "/readyz", "/.well-known/jwks.json"] {
        for method in ["POST", "PUT", "DELETE"] {
            let request = Request::builder().method(method).uri(path).header("sec-fetch-site", "same-origin");
            app.browser().send(request, "").await.is(405);
        }
    }
}
