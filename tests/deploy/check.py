"""What tests/deploy.sh cannot say in shell: metric names, dashboards, command lines, and questions to a Prometheus."""

import json
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import yaml

DASHBOARDS = sorted(Path("deploy/grafana/dashboards").glob("*.json"))
GRAFANA_ALERTS = sorted(Path("deploy/grafana/provisioning/alerting").glob("*.yaml"))
# Series that are there only when something went wrong, which in the demo nothing does.
MAY_BE_EMPTY = ("schema_health_audit_failures_total",)


def promised():
    """Metric name to (labels, whether it always has a series)."""
    metrics = {}
    for line in Path("tests/deploy/metrics.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            name, *labels = line.split()
            metrics[name.rstrip("?")] = (set(labels), not name.endswith("?"))
    return metrics


def check_metrics(path):
    """The text of /metrics has every promised metric with exactly its labels, and no other of our own."""
    seen = {}
    for name, labels in re.findall(r"^(schema_health_\w+)(?:\{(.*)\})? ", Path(path).read_text(), re.MULTILINE):
        seen.setdefault(name, set()).update(re.findall(r'(\w+)="(?:[^"\\]|\\.)*"', labels))
    metrics = promised()
    for name, labels in seen.items():
        if name not in metrics:
            yield f"/metrics has {name}, which tests/deploy/metrics.txt does not promise"
        elif labels != metrics[name][0]:
            yield f"{name} has the labels {sorted(labels)}, promised are {sorted(metrics[name][0])}"
    for name, (_, always) in metrics.items():
        if always and name not in seen:
            yield f"/metrics lacks the promised {name}"


def panels(dashboard):
    for panel in dashboard["panels"]:
        yield panel
        yield from panel.get("panels", [])


def expressions():
    """(where, PromQL) of everything that Grafana will ask."""
    for path in DASHBOARDS:
        for panel in panels(json.loads(path.read_text())):
            for target in panel.get("targets", []):
                yield f"{path.name}, panel {panel['title']}", target["expr"]
    for path in GRAFANA_ALERTS:
        for group in yaml.safe_load(path.read_text())["groups"]:
            for query in (query for rule in group["rules"] for query in rule["data"]):
                if query["datasourceUid"] != "__expr__":
                    yield f"{path.name}, {query['refId']}", query["model"]["expr"]


def check_dashboards():
    """Dashboards are whole, and nothing in deploy/ names a metric that we do not promise."""
    metrics = promised()
    for path in sorted(Path("deploy").rglob("*")):
        if path.is_file():
            for name in sorted(set(re.findall(r"\bschema_health_\w+", path.read_text()))):
                if name not in metrics:
                    yield f"{path} names {name}, which tests/deploy/metrics.txt does not promise"
    if not DASHBOARDS or not GRAFANA_ALERTS:
        yield "no dashboard or no alert found below deploy/grafana"
    for path in DASHBOARDS:
        dashboard = json.loads(path.read_text())
        variables = {variable["name"] for variable in dashboard["templating"]["list"]}
        if variables != {"datasource", "database"}:
            yield f"{path}: its variables are {sorted(variables)}"
        identifiers = [panel["id"] for panel in panels(dashboard)]
        if len(set(identifiers)) != len(identifiers):
            yield f"{path}: two panels have one id"
        for panel in panels(dashboard):
            for target in panel["targets"]:
                if target["datasource"]["uid"] != "${datasource}":
                    yield f"{path}, panel {panel['title']}: its data source is not the chosen one"
    unused = set(metrics) - set(re.findall(r"\bschema_health_\w+", " ".join(expression for _, expression in expressions())))
    if left := {name for name in unused if "database" in metrics[name][0]}:
        yield f"no panel shows {sorted(left)}"


def print_arguments(path):
    """One line for each container of ours in the rendered manifests: its command line."""
    found = False
    for document in yaml.safe_load_all(Path(path).read_text()):
        template = document.get("spec", {}).get("template", {}).get("spec", {})
        for container in template.get("initContainers", []) + template.get("containers", []):
            if container["image"].split(":")[0] == "schema-health":
                found = True
                print(*container["args"])
    if not found:
        yield f"{path} has no container of the image schema-health"


def ask(url, path, **parameters):
    query = urllib.parse.urlencode(parameters)
    with urllib.request.urlopen(f"{url}/api/v1/{path}?{query}", timeout=10) as answer:
        return json.load(answer)["data"]


def check_alert(url, name, *wanted):
    """The alert fires, with these labels and this value, and Prometheus could evaluate every rule."""
    wanted = dict(pair.split("=") for pair in wanted)
    value = wanted.pop("value", None)
    for rule in (rule for group in ask(url, "rules")["groups"] for rule in group["rules"]):
        if rule["health"] != "ok":
            yield f"{rule['name']}: {rule['health']} {rule.get('lastError', '')}"
    for alert in ask(url, "alerts")["alerts"]:
        labels = {"alertname": alert["labels"]["alertname"]} | {key: alert["labels"].get(key) for key in wanted}
        if labels == wanted | {"alertname": name} and alert["state"] == "firing":
            if value is None or float(alert["value"]) == float(value):
                return
    yield f"{name} does not fire"


def check_queries(url):
    """A real Prometheus understands what every panel asks, and has an answer."""
    for where, expression in expressions():
        text = expression.replace("$database", ".*").replace("$__rate_interval", "1m")
        try:
            result = ask(url, "query", query=text)["result"]
        except urllib.error.HTTPError as error:
            yield f"{where}: {json.load(error)['error']}"
            continue
        if not result and not any(name in text for name in MAY_BE_EMPTY):
            yield f"{where}: no answer to {text}"


CHECKS = {
    "metrics": check_metrics,
    "dashboards": check_dashboards,
    "arguments": print_arguments,
    "alert": check_alert,
    "queries": check_queries,
}

if __name__ == "__main__":
    mistakes = list(CHECKS[sys.argv[1]](*sys.argv[2:]))
    for mistake in mistakes:
        print(f"error: {mistake}", file=sys.stderr)
    sys.exit(bool(mistakes))
