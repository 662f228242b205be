//! Repositories that ask who reads them: each case in its own words, with the page to visit.

use std::path::Path;

use super::hub_server::{Fault, Gate, HubServer};
use super::person::Person;

const REPO: &str = "o/Gated";

#[test]
fn each_refusal_says_what_to_do() {
    let server = HubServer::start();
    server.add_model(REPO, 5000);
    server.knows("hf_known");
    let with = |token: Option<&str>| {
        let mut person = Person::with(&server);
        person.env.extend(token.map(|token| ("HF_TOKEN", token.to_owned())));
        person
    };
    let told = |token: Option<&str>, refusal: Option<(u16, &'static str, &'static str)>, repo: &str| {
        server.gate(REPO, Gate { token: Some("hf_other".into()), refusal });
        let error = with(token).download(repo)["error"].clone();
        let text = |key: &str| error[key].as_str().unwrap().to_owned();
        (text("why"), text("next"))
    };
    let waits = (403, "GatedRepo", "Your request to access model o/Gated is awaiting a review from the repo authors.");
    let fine =
        (403, "GatedRepo", "Please enable access to public gated repositories in your fine-grained token settings");
    let rows = [
        (None, None, REPO, "no token was found", "/o/Gated"),
        (Some("hf_unknown"), None, REPO, "does not know the token from HF_TOKEN", "settings/tokens"),
        (Some("hf_known"), None, REPO, "you have not agreed to its terms", "/o/Gated"),
        (Some("hf_known"), Some(waits), REPO, "has not answered yet", "/o/Gated"),
        (Some("hf_known"), Some(fine), REPO, "has not the right to read gated", "settings/tokens"),
        (None, None, "o/None", "or it is private, and no token was found", "/o/None"),
        (Some("hf_known"), None, "o/None", "the token from HF_TOKEN may not see it", "/o/None"),
    ];
    for (token, refusal, repo, why, page) in rows {
        let (told, next) = told(token, refusal, repo);
        assert!(told.contains(why) && next.contains(page), "{why}: {told} / {next}");
    }
    server.gate(REPO, Gate { token: Some("hf_known".into()), refusal: None });
    let person = with(Some("hf_known"));
    assert_eq!(person.download(REPO)["event"], "done");
    let requests = server.requests();
    let stores: Vec<&String> = requests.iter().filter(|line| line.starts_with("store")).collect();
    assert!(!stores.is_empty() && !stores.iter().any(|line| line.contains("with token")), "{stores:?}");
    assert!(requests.iter().any(|line| line.starts_with("hub") && line.ends_with("with token")));
    server.once("model-00001-of-00002.safetensors", Fault::CutAt(0));
    assert!(!Path::new(&person.folder(REPO)).join("token").exists());
}

#[test]
fn an_endpoint_that_could_be_changed_on_the_way_is_not_asked() {
    let server = HubServer::start();
    let mut person = Person::with(&server);
    person.env.push(("HF_ENDPOINT", "http://hub.example.org".into()));
    let error = person.download(REPO)["error"].clone();
    assert_eq!(error["kind"], "input", "{error}");
    assert!(error["next"].as_str().unwrap().contains("HF_ENDPOINT"));
}

#[test]
fn proxies_are_used() {
    let server = HubServer::start();
    server.add_model(REPO, 5000);
    let mut person = Person::with(&server);
    // A proxy that is not there: whoever would go past it would succeed.
    person.env.push(("HTTP_PROXY", "http://127.0.0.1:1".into()));
    person.env.push(("HF_ENDPOINT", server.address.replace("127.0.0.1", "localhost")));
    let error = person.download(REPO)["error"].clone();
    assert_eq!(error["kind"], "network", "{error}");
    person.env.push(("NO_PROXY", "localhost,127.0.0.1".into()));
    assert_eq!(person.download(REPO)["event"], "done");
}
