//! Small projects in a temporary folder, read whole. One case for each point of how real migrations look.

mod classes;
mod conditions;
mod decorated;
mod differential;
mod fields;
mod files;
mod functions;
mod later;
mod members;
mod migrations;
mod mutated;
mod named_twice;
mod operations;
mod repeated;
mod safety;
mod settings;
mod surroundings;
mod tried;
mod values;

use std::fs;

use tempfile::TempDir;

use super::{ReadError, Request, read};
use crate::compile::django::project::{Object, Project, SourceMigration, Value};
use crate::dialect::Dialect;

/// A source tree, and what is asked of it.
struct Tree {
    folder: TempDir,
    request: Request,
}

const HEAD: &str = "from django.conf import settings\nfrom django.db import connection, migrations, models\n";

impl Tree {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let request = Request {
            dialect: Dialect::Postgres,
            sources: vec![folder.path().to_owned()],
            settings: None,
            set: Vec::new(),
            apps: Vec::new(),
            installed_apps: Vec::new(),
            database: "default".to_owned(),
            django: Some((5, 2)),
        };
        Self { folder, request }
    }

    /// An app `shop` whose only migration has this class body, after these lines.
    fn migration(before: &str, body: &str) -> Self {
        let body: String = body.lines().map(|line| format!("    {line}\n")).collect();
        let text = format!("{HEAD}{before}\nclass Migration(migrations.Migration):\n    pass\n{body}");
        Self::new().file("shop/migrations/0001_initial.py", &text).app("shop")
    }

    fn migration_text(text: &str) -> Self {
        Self::new().file("shop/migrations/0001_initial.py", &format!("{HEAD}{text}")).app("shop")
    }

    /// Every folder of the path becomes a package.
    fn file(self, path: &str, text: &str) -> Self {
        let file = self.folder.path().join(path);
        let folder = file.parent().unwrap();
        fs::create_dir_all(folder).unwrap();
        let packages = folder.ancestors().take_while(|it| *it != self.folder.path());
        for package in packages {
            let init = package.join("__init__.py");
            if !init.exists() {
                fs::write(init, "").unwrap();
            }
        }
        fs::write(file, text).unwrap();
        self
    }

    fn app(mut self, module: &str) -> Self {
        self.request.installed_apps.push(module.to_owned());
        self
    }

    fn settings(mut self, text: &str) -> Self {
        self = self.file("settings.py", text);
        self.request.settings = Some(self.folder.path().join("settings.py"));
        self
    }

    fn set(mut self, name: &str, text: &str) -> Self {
        self.request.set.push((name.to_owned(), text.to_owned()));
        self
    }

    fn on(mut self, dialect: Dialect) -> Self {
        self.request.dialect = dialect;
        self
    }

    fn try_read(&self) -> Result<Project, ReadError> {
        read(&self.request)
    }

    fn read(&self) -> Project {
        self.try_read().unwrap()
    }

    /// The operations of the only migration, as they would be written.
    #[track_caller]
    fn check(&self, operations: &[&str]) {
        let project = self.read();
        let [migration] = project.migrations.as_slice() else { panic!("{:?}", project.migrations) };
        let shown: Vec<String> = migration.operations.iter().map(show).collect();
        assert_eq!(shown, operations, "{:#?}", project.notices);
    }

    /// The operations of one migration of several files.
    #[track_caller]
    fn check_of(&self, id: &str, operations: &[&str]) {
        let project = self.read();
        let migration = project.migrations.iter().find(|it| it.id.to_string() == id).unwrap();
        let shown: Vec<String> = migration.operations.iter().map(show).collect();
        assert_eq!(shown, operations, "{:#?}", project.notices);
    }
}

fn only(project: &Project) -> &SourceMigration {
    assert_eq!(project.migrations.len(), 1);
    &project.migrations[0]
}

#[track_caller]
fn object(value: &Value) -> &Object {
    match value {
        Value::Object(object) => object,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn attribute<'a>(object: &'a Object, name: &str) -> &'a Value {
    &object.attributes.iter().find(|(it, _)| &**it == name).unwrap().1
}

fn told(project: &Project) -> Vec<String> {
    project.notices.iter().map(|it| it.message.clone()).collect()
}

/// Python's notation, with the last part of a class's path.
fn show(value: &Value) -> String {
    let each = |values: &[Value]| values.iter().map(show).collect::<Vec<_>>().join(", ");
    match value {
        Value::None => "None".to_owned(),
        Value::Bool(it) => if *it { "True" } else { "False" }.to_owned(),
        Value::Int(it) => it.to_string(),
        Value::Float(it) => format!("{it:?}"),
        Value::Str(it) => format!("{it:?}"),
        Value::Bytes(it) => format!("b{:?}", String::from_utf8_lossy(it)),
        Value::List(items) => format!("[{}]", each(items)),
        Value::Tuple(items) => format!("({})", each(items)),
        Value::Set(items) => format!("{{{}}}", each(items)),
        Value::Dict(pairs) => {
            let pairs: Vec<String> =
                pairs.iter().map(|(key, value)| format!("{}: {}", show(key), show(value))).collect();
            format!("{{{}}}", pairs.join(", "))
        }
        Value::Name(it) => it.to_string(),
        Value::Function(it) => format!("<{}>", it.path),
        Value::Object(it) => {
            let mut parts: Vec<String> = it.args.iter().map(show).collect();
            parts.extend(it.kwargs.iter().map(|(name, value)| format!("{name}={}", show(value))));
            format!("{}({})", it.class.rsplit('.').next().unwrap(), parts.join(", "))
        }
        Value::Unknown(it) => format!("?{}", it.reason),
    }
}
