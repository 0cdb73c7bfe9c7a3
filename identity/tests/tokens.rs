//! Access tokens: ours are good for as long as they say, and nothing else is good at all. And the master key that holds them.

mod support;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use identity::{
    Refusal, Settings,
    keys::{self, MasterKey, Purpose, SigningAlg},
    sessions::{self, Admission, Rotation},
    tokens::{
        TokenPair,
        access::{self, Fault},
        refresh,
    },
    words::{Role, Stay},
};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Validation, jwk::JwkSet};
use serde_json::{Value, json};
use std::time::Duration;
use support::{START, TestHouse, device, master_key, other_master_key, settings, tokens};

/// Somebody who has stolen the signing key itself: what he makes differs from ours only in what a test changes.
struct Forger {
    alg: Algorithm,
    key: EncodingKey,
    header: Value,
    claims: Value,
}

impl Forger {
    async fn of(home: &TestHouse, pair: &TokenPair) -> Self {
        let (kid, alg, sealed): (String, String, Vec<u8>) = home.row("select kid, alg, sealed from signing_keys").await;
        let private = home.house.sealer(Purpose::SigningKeys).open(kid.as_bytes(), &sealed).unwrap();
        let pem = || {
            let body = base64::prelude::BASE64_STANDARD.encode(&private);
            format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n")
        };
        let (alg, key) = match alg.as_str() {
            "EdDSA" => (Algorithm::EdDSA, EncodingKey::from_ed_der(&private)),
            "ES256" => (Algorithm::ES256, EncodingKey::from_ec_der(&private)),
            "RS256" => (Algorithm::RS256, EncodingKey::from_rsa_pem(pem().as_bytes()).unwrap()),
            "HS256" => (Algorithm::HS256, EncodingKey::from_secret(&private)),
            other => panic!("{other}"),
        };
        Self { alg, key, header: part(&pair.access, 0), claims: part(&pair.access, 1) }
    }

    /// A token with these two texts, signed.
    fn sign(&self, header: &str, claims: &str) -> String {
        sign(&self.key, self.alg, header, claims)
    }

    fn with_header(&self, change: impl FnOnce(&mut Value)) -> String {
        let mut header = self.header.clone();
        change(&mut header);
        self.sign(&header.to_string(), &self.claims.to_string())
    }

    fn with_claims(&self, change: impl FnOnce(&mut Value)) -> String {
        let mut claims = self.claims.clone();
        change(&mut claims);
        self.sign(&self.header.to_string(), &claims.to_string())
    }

    fn with_claim(&self, name: &str, value: Value) -> String {
        self.with_claims(|claims| claims[name] = value)
    }
}

fn sign(key: &EncodingKey, alg: Algorithm, header: &str, claims: &str) -> String {
    let message = format!("{}.{}", BASE64.encode(header), BASE64.encode(claims));
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), key, alg).unwrap();
    format!("{message}.{signature}")
}

/// One part of a token as JSON: 0 the header, 1 the claims.
fn part(token: &str, number: usize) -> Value {
    serde_json::from_slice(&BASE64.decode(token.split('.').nth(number).unwrap()).unwrap()).unwrap()
}

fn without(value: &mut Value, name: &str) {
    value.as_object_mut().unwrap().remove(name).expect("it was there");
}

/// An installation with somebody signed in, and somebody who has its key.
async fn stolen(settings: Settings) -> (TestHouse, TokenPair, Forger) {
    let home = TestHouse::with(settings).await;
    home.person("alice").await;
    let pair = home.sign_in("alice", Stay::Day).await;
    let forger = Forger::of(&home, &pair).await;
    assert!(access::verify(&home.house, &forger.with_header(|_| ())).is_ok(), "unchanged, the forgery is perfect");
    (home, pair, forger)
}

fn refused(home: &TestHouse, token: &str, why: &str) {
    assert_eq!(access::verify(&home.house, token), Err(Fault::Invalid), "{why}: {token}");
    assert_eq!(sessions::admit(&home.house, token), Admission::Refused, "{why}");
}

fn signing_with(signing_alg: SigningAlg) -> Settings {
    Settings { signing_alg, ..settings() }
}

#[tokio::test]
async fn a_token_says_who_and_when_and_nothing_secret() {
    let home = TestHouse::start().await;
    let alice = home.person("alice").await;
    let pair = home.sign_in("alice", Stay::Day).await;
    let known = [(alice, "(alice)"), (pair.viewer.session, "(her session)")];
    let lines = |part: &Value| {
        let mut lines: Vec<String> =
            part.as_object().unwrap().iter().map(|(name, value)| format!("{name}: {value}")).collect();
        lines.sort();
        known.iter().fold(lines.join("\n"), |text, (id, name)| text.replace(&id.to_string(), name))
    };
    let (mut header, mut claims) = (part(&pair.access, 0), part(&pair.access, 1));
    assert_eq!(header["kid"].take(), home.house.keyring().signer_kid(home.house.now()));
    assert_eq!(claims["jti"].take().as_str().unwrap().len(), 36);
    insta::assert_snapshot!(lines(&header), @r#"
    alg: "EdDSA"
    kid: null
    typ: "at+jwt"
    "#);
    insta::assert_snapshot!(lines(&claims), @r#"
    aud: "https://id.example.org"
    auth_time: 1795000000
    client_id: "latchkey"
    email: "alice@example.org"
    exp: 1795000600
    gen: 1
    iat: 1795000000
    iss: "https://id.example.org"
    jti: null
    name: "alice"
    role: "user"
    sid: "(her session)"
    sub: "(alice)"
    "#);
}

#[tokio::test]
async fn without_profile_claims_a_token_names_nobody() {
    let home = TestHouse::with(Settings { profile_claims: false, ..settings() }).await;
    home.person("alice").await;
    let pair = home.sign_in("alice", Stay::Day).await;
    let claims = part(&pair.access, 1);
    assert!(claims.get("name").is_none() && claims.get("email").is_none(), "{claims}");
    assert!(!claims.to_string().contains("alice"));
    let viewer = access::verify(&home.house, &pair.access).unwrap();
    assert_eq!((viewer.id, viewer.name.as_str(), viewer.email.as_str()), (pair.viewer.id, "", ""));
}

#[tokio::test]
async fn a_header_of_any_other_shape_is_refused() {
    let (home, pair, forger) = stolen(settings()).await;
    for none in ["none", "None", "NONE", "nOnE", "", "HS256", "ES256", "RS256", "PS256", "Ed25519", "eddsa"] {
        let signed = forger.with_header(|header| header["alg"] = json!(none));
        refused(&home, &signed, none);
        refused(&home, &format!("{}.", signed.rsplit_once('.').unwrap().0), "no signature");
    }
    for missing in ["alg", "kid", "typ"] {
        refused(&home, &forger.with_header(|header| without(header, missing)), missing);
        refused(&home, &forger.with_header(|header| header[missing] = Value::Null), missing);
        refused(&home, &forger.with_header(|header| header[missing] = json!([header[missing]])), missing);
    }
    for kid in ["", "../../etc/passwd", "' or '1'='1", "0000000000000000"] {
        refused(&home, &forger.with_header(|header| header["kid"] = json!(kid)), "kid");
    }
    for typ in ["JWT", "jwt", "at+jwt ", "id+jwt", "dpop+jwt", "application/json"] {
        refused(&home, &forger.with_header(|header| header["typ"] = json!(typ)), "typ");
    }
    let shouted = forger.with_header(|header| header["typ"] = json!("AT+JWT"));
    assert!(access::verify(&home.house, &shouted).is_ok(), "media types have no case");
    let jwk = serde_json::from_str::<Value>(home.house.keyring().jwks()).unwrap()["keys"][0].clone();
    for (name, value) in [
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("crit", Value::Null),
        ("jku", json!("https://evil.example/jwks.json")),
        ("jwk", jwk),
        ("jwk", Value::Null),
        ("x5u", json!("https://evil.example/x5u")),
        ("x5c", json!(["MIIB"])),
        ("x5t", json!("AAAA")),
        ("x5t#S256", json!("AAAA")),
        ("b64", json!(false)),
        ("b64", json!(true)),
        ("zip", json!("DEF")),
        ("cty", json!("JWT")),
        ("enc", json!("A256GCM")),
        ("epk", json!({})),
        ("p2c", json!(1_000_000_000)),
        ("nonce", json!("1")),
        ("iss", json!("https://id.example.org")),
        ("invented", json!("tomorrow")),
    ] {
        refused(&home, &forger.with_header(|header| header[name] = value), name);
    }
    let claims = forger.claims.to_string();
    let kid = home.house.keyring().signer_kid(home.house.now()).to_owned();
    for header in [
        format!(r#"{{"alg":"none","alg":"EdDSA","kid":"{kid}","typ":"at+jwt"}}"#),
        format!(r#"{{"alg":"EdDSA","kid":"x","kid":"{kid}","typ":"at+jwt"}}"#),
        format!(r#"{{"alg":"EdDSA","kid":"{kid}","typ":"JWT","typ":"at+jwt"}}"#),
        format!(r#"["EdDSA","{kid}","at+jwt"]"#),
        format!(r#"{{"alg":"EdDSA","kid":"{kid}","typ":"at+jwt"}}{{}}"#),
        String::new(),
        "null".into(),
        "{".into(),
    ] {
        refused(&home, &forger.sign(&header, &claims), &header);
    }
    assert!(access::verify(&home.house, &pair.access).is_ok(), "and ours is still good");
}

#[tokio::test]
async fn claims_of_any_other_shape_are_refused() {
    let (home, _, forger) = stolen(settings()).await;
    for (name, values) in [
        ("iss", json!(["https://id.example.org/", "http://id.example.org", "", ["https://id.example.org"]])),
        ("aud", json!(["https://other.example", "", ["https://id.example.org"], ["https://id.example.org", "x"]])),
        ("client_id", json!(["other", "", 1])),
        ("sub", json!(["", "alice", 7])),
        ("sid", json!(["", "x"])),
        ("jti", json!(["", "x"])),
        ("gen", json!(["1", 1.5])),
        ("role", json!(["ro ot", "Admin", "", ["admin"]])),
        ("auth_time", json!(["yesterday", 0.5])),
        ("iat", json!(["1795000000", 1_795_000_000.5])),
        ("exp", json!(["1795000600", START.seconds(), START.seconds() - 1])),
        ("nbf", json!(["1795000000"])),
        ("name", json!([7])),
    ] {
        for value in values.as_array().unwrap() {
            refused(&home, &forger.with_claim(name, value.clone()), name);
        }
        if !matches!(name, "nbf" | "name") {
            refused(&home, &forger.with_claims(|claims| without(claims, name)), name);
            refused(&home, &forger.with_claim(name, Value::Null), name);
        }
    }
    let header = forger.header.to_string();
    let twice =
        |name: &str, value: &str| forger.claims.to_string().replacen('{', &format!(r#"{{"{name}":{value},"#), 1);
    for claims in [
        twice("role", r#""admin""#),
        twice("sub", r#""00000000-0000-0000-0000-000000000000""#),
        twice("exp", "9999999999"),
        twice("iss", r#""https://id.example.org""#),
        "[]".into(),
        "null".into(),
        String::new(),
        "foo".into(),
    ] {
        refused(&home, &forger.sign(&header, &claims), &claims);
    }
    let more = forger.with_claim("scope", json!("openid"));
    assert!(
        access::verify(&home.house, &more).is_ok(),
        "claims that mean nothing to us are ignored (RFC 7519 section 4)"
    );
}

#[tokio::test]
async fn a_token_is_good_from_the_second_it_is_issued_to_the_second_before_it_expires() {
    let (home, pair, forger) = stolen(settings()).await;
    let now = START.seconds();
    for (name, at, good) in [
        ("iat", now + 5, true),
        ("iat", now + 6, false),
        ("nbf", now + 5, true),
        ("nbf", now + 6, false),
        ("nbf", now - 600, true),
        ("iat", i64::MAX, false),
        ("nbf", i64::MAX, false),
    ] {
        let token = forger.with_claim(name, json!(at));
        assert_eq!(access::verify(&home.house, &token).is_ok(), good, "{name} {}", at - now);
    }
    let endless = forger.with_claim("exp", json!(i64::MAX));
    let ancient = forger.with_claim("iat", json!(i64::MIN));
    assert_eq!(access::verify(&home.house, &ancient), Err(Fault::Expired));
    home.advance(599);
    assert!(access::verify(&home.house, &pair.access).is_ok());
    home.advance(1);
    assert_eq!(access::verify(&home.house, &pair.access), Err(Fault::Expired));
    assert_eq!(sessions::admit(&home.house, &pair.access), Admission::Stale, "a refresh token may get a new one");
    home.advance(5);
    assert_eq!(access::verify(&home.house, &endless), Err(Fault::Expired), "no token outlives the configured lifetime");
}

#[tokio::test]
async fn not_one_character_can_be_changed_added_or_left_out() {
    let (home, pair, _) = stolen(settings()).await;
    let token = &pair.access;
    let bytes = token.as_bytes();
    for at in 0..token.len() {
        let mut changed = bytes.to_vec();
        // The neighbour in the alphabet: in the last character of a part this changes bits that carry nothing.
        changed[at] = match bytes[at] {
            b'.' => b'A',
            b'z' | b'Z' | b'9' | b'_' => b'-',
            b'-' => b'B',
            other => other + 1,
        };
        refused(&home, std::str::from_utf8(&changed).unwrap(), "changed");
        refused(&home, &token[..at], "cut");
        refused(&home, &format!("{}{}", &token[..at], &token[at + 1..]), "left out");
        for foreign in ["=", "+", "/", " ", "\n", "\0", "?", "é", "%2E", "."] {
            refused(&home, &format!("{}{foreign}{}", &token[..at], &token[at..]), "added");
        }
    }
    let [header, claims, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!() };
    for shape in [
        format!("{token}="),
        format!("{token}\n"),
        format!(" {token}"),
        format!("{token}."),
        format!(".{token}"),
        format!("{token}.{claims}.{signature}"),
        format!("{header}..{claims}.{claims}.{signature}"),
        format!("{header}..{signature}"),
        format!("{claims}.{header}.{signature}"),
        format!("{header}.{claims}"),
        format!(r#"{{"protected":"{header}","payload":"{claims}","signature":"{signature}"}}"#),
        "..".into(),
        "....".into(),
        String::new(),
    ] {
        refused(&home, &shape, "another shape");
    }
}

#[tokio::test]
async fn a_token_of_more_than_4096_bytes_is_not_even_read() {
    let (home, _, forger) = stolen(settings()).await;
    let padded = |by: usize| forger.with_claim("pad", json!("x".repeat(by)));
    let longest = (0..4096).rev().map(padded).find(|token| token.len() <= 4096).unwrap();
    assert!(longest.len() > 4090 && access::verify(&home.house, &longest).is_ok());
    let too_long = (0..4096).map(padded).find(|token| token.len() > 4096).unwrap();
    assert!(too_long.len() < 4102);
    refused(&home, &too_long, "too long");
    refused(&home, &"A".repeat(10_000_000), "far too long");
}

#[tokio::test]
async fn every_algorithm_signs_publishes_what_it_should_and_accepts_none_of_the_others() {
    let mut homes = Vec::new();
    for alg in SigningAlg::ALL {
        homes.push((alg, stolen(signing_with(alg)).await));
    }
    for (alg, (home, pair, forger)) in &homes {
        let kid = home.house.keyring().signer_kid(home.house.now()).to_owned();
        assert_eq!(part(&pair.access, 0), json!({"alg": alg.as_str(), "kid": kid, "typ": "at+jwt"}));
        let ring = home.house.keyring();
        let jwks: Value = serde_json::from_str(ring.jwks()).unwrap();
        let mut members: Vec<&str> = jwks["keys"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|k| k.as_object().unwrap().keys().map(String::as_str))
            .collect();
        members.sort_unstable();
        let expected = match alg {
            SigningAlg::EdDSA => vec!["alg", "crv", "kid", "kty", "use", "x"],
            SigningAlg::ES256 => vec!["alg", "crv", "kid", "kty", "use", "x", "y"],
            SigningAlg::RS256 => vec!["alg", "e", "kid", "kty", "n", "use"],
            // A shared secret is nobody's to fetch.
            SigningAlg::HS256 => vec![],
        };
        assert_eq!(members, expected, "{jwks}");
        let mut secrets = vec![b"no public key".to_vec(), Vec::new()];
        if *alg != SigningAlg::HS256 {
            let key = &jwks["keys"][0];
            assert_eq!((&key["alg"], &key["kid"], &key["use"]), (&json!(alg.as_str()), &json!(kid), &json!("sig")));
            another_service_accepts(*alg, ring.jwks(), &pair.access);
            secrets.extend(everything_public(key));
        }
        // Whoever knows only what is published signs with it as if it were a shared secret.
        for secret in secrets {
            for claimed in ["HS256", alg.as_str()] {
                let header = json!({"alg": claimed, "kid": kid, "typ": "at+jwt"}).to_string();
                let key = EncodingKey::from_secret(&secret);
                refused(home, &sign(&key, Algorithm::HS256, &header, &forger.claims.to_string()), "confusion");
            }
        }
        // Whoever has another installation's key signs with that, under our kid, whatever the header claims.
        for (other, (_, _, thief)) in homes.iter().filter(|(other, _)| other != alg) {
            for claimed in [alg.as_str(), other.as_str()] {
                let header = json!({"alg": claimed, "kid": kid, "typ": "at+jwt"}).to_string();
                refused(home, &thief.sign(&header, &forger.claims.to_string()), "another key");
            }
        }
    }
}

/// What a service that knows nothing but the published keys does.
fn another_service_accepts(alg: SigningAlg, jwks: &str, token: &str) {
    let set: JwkSet = serde_json::from_str(jwks).unwrap();
    let kid = jsonwebtoken::decode_header(token).unwrap().kid.unwrap();
    let key = DecodingKey::from_jwk(set.find(&kid).expect("published")).unwrap();
    let mut rules = Validation::new(alg.as_str().parse().unwrap());
    rules.validate_exp = false; // its clock is not ours
    rules.set_audience(&["https://id.example.org"]);
    rules.set_issuer(&["https://id.example.org"]);
    assert!(jsonwebtoken::decode::<Value>(token, &key, &rules).is_ok());
}

/// The spellings in which a public key might be mistaken for a secret.
fn everything_public(key: &Value) -> Vec<Vec<u8>> {
    let mut spellings = vec![key.to_string().into_bytes(), key["kid"].as_str().unwrap().into()];
    for member in ["x", "y", "n"] {
        if let Some(text) = key[member].as_str() {
            spellings.extend([text.into(), BASE64.decode(text).unwrap()]);
        }
    }
    if let (Some(x), Some(y)) = (key["x"].as_str(), key["y"].as_str()) {
        spellings.push([vec![4], BASE64.decode(x).unwrap(), BASE64.decode(y).unwrap()].concat());
    }
    spellings
}

#[tokio::test]
async fn another_installations_token_is_refused() {
    let (ours, theirs) = (TestHouse::start().await, TestHouse::with_master(other_master_key()).await);
    for home in [&ours, &theirs] {
        home.person("alice").await;
    }
    let (here, there) = (ours.sign_in("alice", Stay::Day).await, theirs.sign_in("alice", Stay::Day).await);
    assert_eq!(part(&here.access, 0), part(&there.access, 0), "even with our kid");
    refused(&ours, &there.access, "theirs");
    assert!(matches!(ours.renew(&there).await, Rotation::Ended(None)));
    assert!(access::verify(&theirs.house, &there.access).is_ok());
}

#[tokio::test]
async fn a_rotated_key_verifies_until_its_last_token_has_run_out_and_is_then_forgotten() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    let old = home.sign_in("alice", Stay::Day).await;
    let first = home.house.keyring().signer_kid(home.house.now()).to_owned();
    let published = || {
        let jwks: Value = serde_json::from_str(home.house.keyring().jwks()).unwrap();
        let kids = jwks["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned());
        kids.collect::<Vec<_>>()
    };
    // Another process, with another algorithm, rotates; this one follows.
    let other = home.reopen(signing_with(SigningAlg::ES256), master_key()).await.unwrap();
    let second = keys::rotate(&other, Duration::ZERO).await.unwrap();
    assert_ne!(first, second);
    home.house.follow().await.unwrap();
    assert_eq!(home.house.keyring().signer_kid(home.house.now()), second);
    assert_eq!(published(), [second.clone(), first.clone()]);
    home.advance(599);
    identity::jobs::tidy(&home.house).await.unwrap();
    assert!(access::verify(&home.house, &old.access).is_ok(), "good until it runs out");
    assert!(access::verify(&other, &old.access).is_ok());
    let new = tokens(home.renew(&old).await);
    assert_eq!(part(&new.access, 0), json!({"alg": "ES256", "kid": second, "typ": "at+jwt"}));
    assert!(access::verify(&other, &new.access).is_ok());
    home.advance(602);
    identity::jobs::tidy(&home.house).await.unwrap();
    assert_eq!(published(), std::slice::from_ref(&second), "a key that signs nothing alive is only a risk");
    assert_eq!(keys::list(&home.house).await.unwrap().len(), 1);
    refused(&home, &old.access, "whatever it says, nobody can check it any more");
    assert!(matches!(home.renew(&new).await, Rotation::Renewed(_)), "sessions do not depend on signing keys");
}

#[tokio::test]
async fn a_shortened_lifetime_applies_to_tokens_already_out() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    let pair = home.sign_in("alice", Stay::Day).await;
    let strict = Settings { access_ttl: Duration::from_secs(60), ..settings() };
    let restarted = home.reopen(strict, master_key()).await.unwrap();
    home.advance(64);
    assert!(access::verify(&restarted, &pair.access).is_ok());
    home.advance(1);
    assert_eq!(access::verify(&restarted, &pair.access), Err(Fault::Expired));
}

#[tokio::test]
async fn a_server_that_was_killed_loses_no_session() {
    let home = TestHouse::start().await;
    home.account("root", Role::Admin).await;
    let first = home.sign_in("root", Stay::Day).await;
    let second = tokens(home.renew(&first).await);
    // Nothing is closed, nothing is flushed: the first process just never says another word.
    let restarted = home.reopen(settings(), master_key()).await.unwrap();
    assert!(matches!(sessions::admit(&restarted, &second.access), Admission::Admitted(_)));
    let third = tokens(sessions::renew(&restarted, &second.refresh, &device()).await.unwrap());
    assert_eq!((third.viewer.session, third.viewer.generation), (first.viewer.session, 3));
    sessions::sign_out(&restarted, &third.viewer, &device()).await.unwrap();
    let again = home.reopen(settings(), master_key()).await.unwrap();
    assert_eq!(sessions::admit(&again, &third.access), Admission::Stale, "nor does it forget who has signed out");
}

#[tokio::test]
async fn another_master_key_is_refused_with_a_reason_and_changes_nothing() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    let pair = home.sign_in("alice", Stay::Day).await;
    let Err(Refusal::Broken(reason)) = home.reopen(settings(), other_master_key()).await else {
        panic!("another key opened it")
    };
    insta::assert_snapshot!(reason, @"the master key does not fit this database: give the key the database was made with, or another database");
    let restarted = home.reopen(settings(), master_key()).await.unwrap();
    assert!(matches!(sessions::admit(&restarted, &pair.access), Admission::Admitted(_)));
}

#[tokio::test]
async fn a_copy_of_the_database_alone_makes_no_refresh_token() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    let pair = home.sign_in("alice", Stay::Forever).await;
    let session = pair.viewer.session;
    let (secret,): (Vec<u8>,) = home.row("select secret from sessions").await;
    let made = |master: &MasterKey, purpose| refresh::issue(&master.derive(purpose), &secret, session, 1, false);
    assert_eq!(made(&master_key(), Purpose::RefreshTokens), pair.refresh, "with both halves it is this one");
    let guesses = [made(&other_master_key(), Purpose::RefreshTokens), made(&master_key(), Purpose::MailedTokens)];
    for guess in guesses.into_iter().chain([refresh::issue(&[0; 32], &secret, session, 1, false)]) {
        let outcome = sessions::renew(&home.house, &guess, &device()).await.unwrap();
        assert!(matches!(outcome, Rotation::Ended(None)), "{outcome:?}");
    }
    assert!(matches!(home.renew(&pair).await, Rotation::Renewed(_)), "and the guesses have ended nothing");
}
