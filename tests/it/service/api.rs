//! `/v1`, `/metrics` and `/openapi.json` as programs meet them.

use reqwest::Method;

use super::harness::*;

#[tokio::test]
async fn the_report_has_the_promised_shape() {
    let database = healthy_shop().await;
    database.execute(DROP_CUSTOMER).await;
    let service = TestService::start_audited(&Site::new(&on_demand(&database))).await;
    let report = service.json("/v1/databases/shop").await;
    let keys: Vec<_> = report.as_object().unwrap().keys().map(String::as_str).collect();
    for key in ["database", "health", "audited_at", "reason", "coverage", "migrations", "findings"] {
        assert!(keys.contains(&key), "{key} of {keys:?}");
    }
    assert!(report["audited_at"].as_str().unwrap().ends_with('Z'));
    let finding = &report["findings"][0];
    assert_eq!(finding["rule"], "missing_table");
    assert_eq!(finding["severity"], "error");
    assert_eq!(finding["subject"]["table"], "shop_customer");
    assert_eq!(finding["subject"]["column"], serde_json::Value::Null);
    assert_eq!(finding["actual"], serde_json::Value::Null);
    assert_eq!(finding["migration"]["app"], "shop");
    assert!(finding["verify_sql"].as_str().unwrap().contains("shop_customer"));
    assert_eq!(report["migrations"][0]["verdict"], "partial");
    assert_eq!(report["migrations"][1]["verdict"], "verified");

    let list = service.json("/v1/databases").await;
    assert_eq!(list["databases"][0]["findings"]["error"], 1);
    assert_eq!(service.json("/v1/databases/shop/findings").await["findings"], report["findings"]);
    assert_eq!(service.json("/v1/databases/shop/migrations").await["migrations"], report["migrations"]);
}

#[tokio::test]
async fn a_table_tells_whether_it_is_there_and_who_made_it() {
    let database = healthy_shop().await;
    database.execute(&format!("{DROP_CUSTOMER}; CREATE TABLE stray (id integer)")).await;
    let service = TestService::start_audited(&Site::new(&on_demand(&database))).await;
    let missing = service.json("/v1/databases/shop/tables/shop_customer").await;
    assert_eq!((&missing["expected"], &missing["exists"]), (&true.into(), &false.into()));
    assert_eq!(missing["migration"]["name"], "0001_initial");
    assert_eq!(missing["findings"][0]["rule"], "missing_table");
    let there = service.json("/v1/databases/shop/tables/main.shop_order").await;
    assert_eq!((&there["expected"], &there["exists"]), (&true.into(), &true.into()));
    assert_eq!(there["findings"].as_array().unwrap().len(), 0);
    let stray = service.json("/v1/databases/shop/tables/stray").await;
    assert_eq!((&stray["expected"], &stray["exists"]), (&false.into(), &true.into()));
    assert_eq!(stray["migration"], serde_json::Value::Null);
}

#[tokio::test]
async fn errors_are_problems_with_stable_codes() {
    let database = healthy_shop().await;
    let service = TestService::start_audited(&Site::new(&on_demand(&database))).await;
    for (method, path, status, code) in [
        (Method::GET, "/nothing", 404, "no_such_path"),
        (Method::GET, "/v1/databases/nobody", 404, "no_such_database"),
        (Method::GET, "/v1/databases/%ff", 400, "unreadable_path"),
        (Method::GET, "/v1/databases/shop/tables/nothing", 404, "no_such_table"),
        (Method::POST, "/v1/databases/nobody/audits", 404, "no_such_database"),
        (Method::DELETE, "/v1/databases/shop", 405, "method_not_allowed"),
        (Method::POST, "/readyz", 405, "method_not_allowed"),
    ] {
        let response = service.request(method.clone(), path).send().await.unwrap();
        assert!(response.headers().get("allow").is_some() || status != 405, "{path}");
        assert_eq!(response.status(), status, "{path}");
        assert_eq!(response.headers()["content-type"], "application/problem+json", "{path}");
        let problem: serde_json::Value = response.json().await.unwrap();
        assert_eq!((&problem["code"], &problem["status"]), (&code.into(), &status.into()), "{path}");
    }
    let large = service.request(Method::POST, "/v1/databases/shop/audits").body(vec![b'x'; 100_000]);
    assert_eq!(large.send().await.unwrap().status(), 413);
}

#[tokio::test]
async fn an_etag_saves_the_body() {
    let database = healthy_shop().await;
    let service = TestService::start_audited(&Site::new(&on_demand(&database))).await;
    let path = "/v1/databases/shop";
    let tag = service.get(path).await.headers()["etag"].clone();
    assert!(tag.to_str().unwrap().starts_with('"'), "a strong tag");
    let again = service.request(Method::GET, path).header("if-none-match", &tag).send().await.unwrap();
    assert_eq!((again.status().as_u16(), again.headers()["etag"].clone()), (304, tag.clone()));
    assert_eq!(again.text().await.unwrap(), "");
    let packed = service.request(Method::GET, path).header("accept-encoding", "gzip").send().await.unwrap();
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    assert_ne!(packed.headers()["etag"], tag, "other bytes, another strong tag");
    service.audit("shop").await;
    let later = service.request(Method::GET, path).header("if-none-match", &tag).send().await.unwrap();
    assert_eq!(later.status(), 200);
}

#[tokio::test]
async fn answers_carry_the_id_of_their_request() {
    let database = healthy_shop().await;
    let service = TestService::start_audited(&Site::new(&on_demand(&database))).await;
    let given = service.request(Method::GET, "/v1/databases").header("x-request-id", "abc").send().await;
    assert_eq!(given.unwrap().headers()["x-request-id"], "abc");
    assert!(!service.get("/v1/databases").await.headers()["x-request-id"].is_empty());
}

#[tokio::test]
async fn hostile_names_are_escaped_everywhere() {
    let hostile = "a\"b\\c\nd'<script>alert(1)</script>ü{}#";
    let manifest = MANIFEST.replace("shop_customer", &serde_json::to_string(hostile).unwrap());
    let database = healthy_shop().await;
    let site = Site::with_manifest(&manifest, &on_demand(&database));
    let service = TestService::start_audited(&site).await;
    let report = service.json("/v1/databases/shop").await;
    let missing =
        report["findings"].as_array().unwrap().iter().find(|it| it["rule"] == "missing_table").unwrap();
    let told = missing["subject"]["table"].as_str().unwrap();
    assert!(told.eq_ignore_ascii_case(hostile), "{told}");
    let (status, text) = service.text("/readyz/shop").await;
    assert_eq!((status, text.lines().count()), (503, 2), "{text}");
    let (_, metrics) = service.text("/metrics").await;
    assert!(!metrics.contains("alert(1)"), "no table is named in metrics");
    let series = metrics.lines().filter(|line| !line.starts_with('#'));
    for line in series {
        assert!(line.rsplit(' ').next().unwrap().parse::<f64>().is_ok(), "{line}");
    }
}

#[tokio::test]
async fn metrics_have_the_promised_names_and_help() {
    let database = healthy_shop().await;
    let service = TestService::start_audited(&Site::new(&on_demand(&database))).await;
    let response = service.get("/metrics").await;
    assert_eq!(response.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    let text = response.text().await.unwrap();
    for name in [
        "up",
        "missing_tables",
        "missing_columns",
        "expected_tables",
        "status",
        "migrations",
        "coverage_ratio",
        "last_audit_timestamp_seconds",
        "last_success_timestamp_seconds",
        "last_audit_duration_seconds",
        "audits_total",
        "build_info",
        "config_last_reload_successful",
        "config_last_reload_success_timestamp_seconds",
        "scheduler_last_tick_timestamp_seconds",
        "http_requests_total",
    ] {
        assert!(text.contains(&format!("# HELP schema_health_{name} ")), "{name}");
        assert!(text.contains(&format!("# TYPE schema_health_{name} ")), "{name}");
    }
    let of_database = text.lines().filter(|line| line.contains("{database=\"shop\"")).count();
    assert!(of_database <= 16, "{of_database} series");
}

#[tokio::test]
async fn the_document_describes_every_path_and_nothing_else() {
    let database = healthy_shop().await;
    let service = TestService::start_audited(&Site::new(&on_demand(&database))).await;
    let document = service.json("/openapi.json").await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"), "{}", document["openapi"]);
    let mut described = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        let concrete = path.replace("{database}", "shop").replace("{table}", "shop_order");
        for method in operations.as_object().unwrap().keys() {
            let method_upper: Method = method.to_uppercase().parse().unwrap();
            let status = service.request(method_upper, &concrete).send().await.unwrap().status();
            assert_eq!(status, 200, "{method} {path}");
            described.push(format!("{:4} {path}", method.to_uppercase()));
        }
    }
    described.sort();
    let (_, index) = service.text("/").await;
    let mut listed: Vec<String> = (index.lines())
        .filter(|line| line.starts_with("GET") || line.starts_with("POST"))
        .map(|line| format!("{:4} {}", &line[..4].trim(), line[5..].split_whitespace().next().unwrap()))
        .chain(["GET  /".to_owned()])
        .collect();
    listed.sort();
    assert_eq!(described, listed);
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let text = document.to_string();
    for reference in text.split("\"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(schemas.contains_key(name), "{name} is not described");
    }
}
