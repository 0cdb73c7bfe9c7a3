//! What the rows look like: expressions over a running number that both databases understand.
//!
//! Nothing is drawn by lot. Row `k` is always the same, so a session can name its account and an event its session without either being
//! looked up, and two installations of one size hold the same. Products stay below 2^63, because SQLite goes on in floating point
//! where PostgreSQL refuses.

use super::{
    Sizes,
    words::{BROWSERS, DOMAINS, FIRST, LAST, Words},
};

/// Two years.
pub const SPAN: i64 = 2 * 365 * 86_400_000;

const DAY: i64 = 86_400_000;

/// Which database the text is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Sqlite,
    Postgres,
}

/// An installation of one size that has been in use for [`SPAN`] until `now`.
pub struct Shape {
    pub dialect: Dialect,
    pub sizes: Sizes,
    /// Milliseconds since 1970.
    pub now: i64,
}

/// A number below 2^31 that looks like chance, another for each salt.
fn chance(number: &str, salt: i64) -> String {
    format!(
        "((({number}) + {salt}) * (({number}) + {salt}) % 2147483647 * 48271 + (({number}) + {salt}) * 69621) % 2147483647"
    )
}

impl Shape {
    fn moment(&self, number: &str, of: u32) -> String {
        format!("({} + ({number}) * {})", self.now - SPAN, SPAN / i64::from(of))
    }

    /// A UUID of version 7 (RFC 9562 section 5.7) that was made at a moment.
    fn id(&self, moment: &str, number: &str, kind: i64) -> String {
        let a = chance(number, kind);
        let b = chance(number, kind + 1000);
        let (second, third) = (format!("({a}) & 4095"), format!("32768 | ((({a}) >> 12) & 16383)"));
        let fourth = format!("({b}) * 65536 + (({number}) & 65535)");
        match self.dialect {
            Dialect::Sqlite => {
                format!("unhex(printf('%012x7%03x%04x%012x', {moment}, {second}, {third}, {fourth}))")
            }
            Dialect::Postgres => format!(
                "(lpad(to_hex({moment}), 12, '0') || '7' || lpad(to_hex({second}), 3, '0') || to_hex({third})
                  || lpad(to_hex({fourth}), 12, '0'))::uuid"
            ),
        }
    }

    /// Thirty-two bytes.
    fn bytes(&self, number: &str) -> String {
        match self.dialect {
            Dialect::Sqlite => "randomblob(32)".to_owned(),
            Dialect::Postgres => format!("sha256(int8send({number}))"),
        }
    }

    fn padded(&self, number: &str, digits: usize) -> String {
        match self.dialect {
            Dialect::Sqlite => format!("printf('%0{digits}d', {number})"),
            Dialect::Postgres => format!("lpad(({number})::text, {digits}, '0')"),
        }
    }

    /// The id of an account.
    pub fn user(&self, number: &str) -> String {
        self.id(&self.moment(number, self.sizes.users), number, 1)
    }

    /// The number of the account a session is of: one that there was when it began. So those who came first have most.
    fn owner(&self, session: &str) -> String {
        let Sizes { users, sessions, .. } = self.sizes;
        format!("({} % (({session}) * {users} / {sessions} + 1))", chance(session, 2))
    }

    fn session(&self, number: &str) -> String {
        self.id(&self.moment(number, self.sizes.sessions), number, 3)
    }

    /// The beginning of a statement: the numbers `from` to `to`, both included, with what is made of each of them, as `m`. Kept, because both
    /// databases would otherwise work out anew, wherever a column is used, what it is made of.
    fn series(&self, from: u32, to: u32, columns: &str) -> String {
        let numbers = match self.dialect {
            Dialect::Sqlite => format!("select {from} union all select k + 1 from n where k < {to}"),
            Dialect::Postgres => format!("select * from generate_series({from}::bigint, {to}::bigint)"),
        };
        format!("with recursive n (k) as ({numbers}), m as materialized (select k, {columns} from n)")
    }

    /// Accounts. Their password is that of the account there is already.
    pub fn users(&self, from: u32, to: u32) -> String {
        let made = format!(
            "{} as at, {} as c, {} as first, {} as last",
            self.moment("k", self.sizes.users),
            chance("k", 13),
            chance("k", 11),
            chance("k", 12)
        );
        let with = self.series(from, to, &made);
        let lower = |list: &[&str]| Words::of(&list.iter().map(|word| word.to_lowercase()).collect::<Vec<_>>());
        // What an address may be made of; the number keeps it apart from every other.
        let plain = |list: &[&str]| {
            let ascii = |word: &&str| word.chars().filter(char::is_ascii_lowercase).collect::<String>();
            Words::of(&list.iter().map(|word| ascii(&word.to_lowercase().as_str())).collect::<Vec<_>>())
        };
        let now = self.now;
        let step = (self.sizes.users / 20).max(1);
        // A thousand of each role at most, a twentieth of a small installation.
        let roles = (self.sizes.users / 150).clamp(20, 5000);
        format!(
            "insert into users (id, email, name, name_key, role, role_name, password_hash, created_at, verified_at, disabled_at,
                                last_sign_in_at, tokens_void_before, password_changed_at)
             {with}
             select {id}, {first_plain} || '.' || {last_plain} || k || '@' || {domain}, {first_name} || ' ' || {last_name},
                    {first_key} || ' ' || {last_key}, case when k % {step} = 7 then 'admin' else 'user' end,
                    case when k % {step} = 7 then null
                         when k % {roles} = 1 then 'support' when k % {roles} = 2 then 'auditor' when k % {roles} = 3 then 'key-keeper' end,
                    (select password_hash from users order by id desc limit 1), at,
                    case when c % 100 >= 3 then at + c % 3600000 end,
                    case when c / 100 % 200 = 0 then at + ({now} - at) / 2 end,
                    case when c % 100 >= 3 and c % 10 <> 4 then at + ({now} - at) / 1000 * (c / 1000 % 1000) end,
                    0,
                    case when c % 6 = 0 then at + ({now} - at) / 3 end
               from m",
            id = self.user("k"),
            first_plain = plain(FIRST).pick("first"),
            last_plain = plain(LAST).pick("last"),
            domain = Words::of(DOMAINS).pick("c / 7"),
            first_name = Words::of(FIRST).pick("first"),
            last_name = Words::of(LAST).pick("last"),
            first_key = lower(FIRST).pick("first"),
            last_key = lower(LAST).pick("last"),
        )
    }

    /// Sessions: a fifth of them live, a hundredth has run out and nobody has said so, the rest ended at some time.
    pub fn sessions(&self, from: u32, to: u32) -> String {
        let (moment, c, owner) = (self.moment("k", self.sizes.sessions), chance("k", 21), self.owner("k"));
        let with = self.series(from, to, &format!("{moment} as at, {c} as c, {owner} as u"));
        let now = self.now;
        format!(
            "insert into sessions (id, user_id, secret, generation, confirmed_at, created_at, rotated_at, stay, expires_at, user_agent, ip,
                                   ended_at, end_cause, authenticated_at)
             {with}
             select {id}, {owner}, {secret}, 1 + c % 90, {rotated}, at, {rotated}, stay, at + lasts, {browser},
                    '198.51.' || c % 256 || '.' || c / 256 % 256,
                    case when over <= {now} and c % 100 <> 99 then over end,
                    case when over <= {now} and c % 100 <> 99 then
                         case when over = at + lasts then 'expired' when c % 7 = 0 then 'signed_out_elsewhere'
                              when c % 97 = 0 then 'password_changed' else 'signed_out' end end,
                    at
               from (select k, c, u, at, stay, lasts, case when over > at + lasts then at + lasts else over end as over
                       from (select k, c, u, at,
                                    case when c % 1000 < 220 then 'forever' when c % 1000 < 600 then 'month' when c % 1000 < 900 then 'day' else 'visit' end as stay,
                                    case when c % 1000 < 220 then null when c % 1000 < 600 then {month} when c % 1000 < 900 then {day} else {visit} end as lasts,
                                    case when c % 1000 < 190 then {now} + {day}
                                         else at + c / 1000 % 100 * case when c % 1000 < 600 then {month} / 80 else {visit} / 80 end + 60000 end as over
                               from m) as o) as s",
            id = self.session("k"),
            owner = self.user("u"),
            secret = self.bytes("k"),
            rotated = format!("at + (case when over <= {now} then over - at else {now} - at end) / 100 * (c / 7 % 100)"),
            browser = Words::of(BROWSERS).pick("c / 3"),
            month = 30 * DAY,
            day = DAY,
            visit = DAY / 2,
        )
    }

    /// Security events: every second one a sign-in, some of them rare, one in a hundred by an administrator.
    pub fn events(&self, from: u32, to: u32) -> String {
        let Sizes { users, sessions, events } = self.sizes;
        let j = format!("(k * {sessions} / {events})");
        let (moment, c, owner) = (self.moment("k", events), chance("k", 31), self.owner(&j));
        let with = self.series(from, to, &format!("{moment} as at, {c} as c, {j} as j, {owner} as u"));
        let nobody = "kind in ('sign_in_failed', 'reuse_detected')";
        let by_admin = "kind in ('role_changed', 'disabled', 'enabled', 'sessions_ended_by_admin', 'password_reset', 'impersonation_began')";
        let admin = self.user(&format!("(c % 20) * {} + 7", (users / 20).max(1)));
        let (salt, personal, digest) = (self.bytes("k"), self.bytes("k + 1"), self.bytes("k + 2"));
        format!(
            "insert into events (id, at, kind, actor_id, subject_id, session_id, ip, detail, note, seq, salt, personal, digest)
             {with}
             select {id}, at, kind,
                    case when {nobody} then null when {by_admin} then {admin} else {owner} end,
                    case when kind = 'sign_in_failed' and c % 3 = 0 then null else {owner} end,
                    case when kind in ('signed_in', 'signed_out', 'new_device', 'reauthenticated') then {session} end,
                    '198.51.' || c % 256 || '.' || c / 256 % 256, case when kind = 'signed_in' then 'day' else '' end,
                    case when kind = 'impersonation_began' then 'the owner has asked for help' end,
                    k + 1, {salt}, {personal}, {digest}
               from (select k, c, j, u, at,
                            case when k % 50021 = 17 then 'impersonation_began' when k % 20011 = 11 then 'reuse_detected'
                                 when k % 2 = 0 then 'signed_in'
                                 when c % 100 < 30 then 'sign_in_failed' when c % 100 < 58 then 'signed_out' when c % 100 < 66 then 'registered'
                                 when c % 100 < 74 then 'verified' when c % 100 < 84 then 'reauthenticated' when c % 100 < 90 then 'new_device'
                                 when c % 100 < 93 then 'password_changed' when c % 100 < 96 then 'reset_requested' when c % 100 < 98 then 'name_changed'
                                 when c / 100 % 10 < 3 then 'role_changed' when c / 100 % 10 < 5 then 'disabled' when c / 100 % 10 < 7 then 'enabled'
                                 when c / 100 % 10 < 9 then 'sessions_ended_by_admin' else 'password_reset' end as kind
                       from m) as e",
            id = self.id("at", "k", 5),
            owner = self.user("u"),
            session = self.session("j"),
        )
    }

    /// How many events of a kind there were in an hour, and in a day.
    pub fn figures(&self) -> String {
        let (hour, day) = (self.padded("hour", 10), self.padded("hour / 24", 9));
        format!(
            "insert into figures (key, hour, kind, count)
             with h as (select hour, kind, count(*) as count from (select at / 3600000 as hour, kind from events) as e group by hour, kind)
             select {hour} || ' ' || kind, hour, kind, count from h
             union all
             select 'd' || {day} || ' ' || kind, hour, kind, cast(sum(count) as bigint)
               from (select hour / 24 * 24 as hour, kind, count from h) as d group by hour, kind"
        )
    }
}

#[cfg(test)]
mod tests {

    #[test]
    fn no_product_leaves_sixty_three_bits() {
        let most = 10_i128 * 10_000_000 + 1000;
        assert!(most * most < 1 << 63 && i128::from(i32::MAX) * 48_271 + most * 69_621 < 1 << 63);
    }
}
