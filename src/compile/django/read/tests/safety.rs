//! Whatever the files hold: an answer, soon, and with file and line.

use std::fs;
use std::time::{Duration, Instant};

use super::{Tree, only, show, told};
use crate::compile::django::project::Project;

/// What is told of an app whose only migration has this text, with what stands for its operations.
#[track_caller]
fn told_of(text: impl AsRef<[u8]>) -> Vec<String> {
    let tree = Tree::new().file("shop/migrations/0001_x.py", "").app("shop");
    fs::write(tree.folder.path().join("shop/migrations/0001_x.py"), text).unwrap();
    let start = Instant::now();
    let project = tree.read();
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    told_in_all(&project)
}

fn told_in_all(project: &Project) -> Vec<String> {
    let operations = project.migrations.iter().flat_map(|it| &it.operations).map(show);
    told(project).into_iter().chain(operations.filter(|it| it.starts_with('?'))).collect()
}

#[track_caller]
fn refused(text: impl AsRef<[u8]>, why: &str) {
    let told = told_of(text);
    assert!(told.iter().any(|it| it.contains(why)), "{told:?}");
}

fn migration(before: &str, operations: &str) -> String {
    format!(
        "from django.db import migrations\n{before}\nclass Migration(migrations.Migration):\n    operations = {operations}\n"
    )
}

#[test]
fn text_that_cannot_be_read_is_told() {
    refused("(".repeat(100_000), "brackets nest more than 200 deep");
    refused("class Migration(:\n", "cannot be read: Expected");
    refused(vec![b'#'; 10 << 20], "longer than 2 MiB");
    refused(b"x = '\xff\xfe'", "not UTF-8");
    refused("x = 1\0", "cannot be read: ");
    refused("", "no class `Migration`");
}

#[test]
fn latin_1_is_read_where_it_is_declared() {
    let mut text = b"# -*- coding: latin-1 -*-\n".to_vec();
    text.extend(migration("", "['caf").bytes().take_while(|byte| *byte != 0));
    text.pop();
    text.extend(b"\xe9']\n");
    assert_eq!(told_of(text), Vec::<String>::new());
}

#[test]
fn what_never_ends_is_given_up() {
    refused(migration("while True:\n    pass\n", "[]"), "takes too many steps");
    refused(migration("def f(): return f()\n", "f()"), "nests too deeply");
    refused(migration("f = lambda x: f([x])\n", "[f(1)]"), "nests too deeply");
    refused(migration("x = [1]\nfor it in range(100):\n    x = x + x\n", "x"), "something very long");
    refused(migration("x = 'a'\nfor it in range(100):\n    x = x * 9\n", "[x]"), "something very long");
    refused(migration("x = 'a' * 10 ** 30\n", "[x]"), "something very long");
    refused(migration("def f():\n    while True:\n        yield 1\n", "[*f()]"), "takes too many steps");
    refused(
        migration(
            "class A:\n    def __getattr__(self, name):\n        return getattr(self, name)\n",
            "A().x",
        ),
        "nests too deeply",
    );
}

/// Each of these would take longer than anybody waits, or more memory than there is.
#[test]
fn what_grows_beyond_all_bounds_is_given_up() {
    for (before, value) in [
        // Powers, repetitions and formats.
        ("x = 10 ** 10 ** 10\n", "x"),
        ("x = 2 ** 10 ** 9\n", "x"),
        ("x = 1 << 10 ** 12\n", "x"),
        ("x = [0] * 10 ** 9\n", "x"),
        ("x = 'a' * 10 ** 9 + 'b'\n", "x"),
        ("x = '%99999999999d' % 1\n", "x"),
        ("x = '{:>99999999999}'.format(1)\n", "x"),
        ("x = f'{1:>99999999999}'\n", "x"),
        ("x = 'a'.ljust(10 ** 12)\n", "x"),
        ("x = list(range(10 ** 12))\n", "x"),
        ("x = 'a,' * 10 ** 5\nfor _ in range(40):\n    x = x.replace('a', 'aa')\n", "x"),
        ("x = 'ab'\nfor _ in range(60):\n    x = x.join([x, x])\n", "x"),
        // Values that are shared are endless to walk.
        ("x = []\ny = []\nfor _ in range(60):\n    x = [x, x]\n    y = [y, y]\n", "x == y"),
        ("x = []\ny = []\nfor _ in range(60):\n    x = [x, x]\n    y = [y, y]\n", "x < y"),
        ("x = {}\nfor _ in range(60):\n    x = {'a': x, 'b': x}\n", "str(x)"),
        ("x = {(i,): i for i in range(10 ** 5)}\n", "x"),
        ("x = set((i, 0) for i in range(10 ** 5))\n", "x"),
        // Under conditions that nobody knows.
        ("import m\nx = {}\nfor i in range(10 ** 5):\n    if m.c(i):\n        x[i] = [i]\n", "x"),
        ("import m\nx = {}\nwhile m.c():\n    x[m.c()] = x\n", "x"),
        // As wagtail's models keep the receivers of their signals.
        (
            "import m\nclass A:\n    def go(self):\n        pass\nx = {A().go: 1}\nif m.c():\n    x['a'] = 1\nfor i in range(60):\n    \
             if m.c(i):\n        x['a'] = i\n",
            "x",
        ),
        // Those that call one another.
        (
            "def f(n):\n    return g(n) + g(n)\ndef g(n):\n    return f(n - 1) + f(n - 1) if n else [1]\n",
            "f(99)",
        ),
    ] {
        told_of(migration(before, &format!("[{value}]")));
    }
}

/// Each is one step of the code, and a copy or a walk of 30,000 elements.
#[test]
fn what_is_copied_again_and_again_is_given_up() {
    for copy in [
        "s[1:]",
        "s.copy()",
        "list(s)",
        "[*s]",
        "s + [i]",
        "(0,) * 30000",
        "{**d}",
        "d.copy()",
        "repr(s)",
        "s == q",
        "s.count(1)",
        "s.index(1)",
        "t + 'a'",
        "f'{t}{i}'",
        "t.upper()",
        "t.split('a')",
    ] {
        let before = format!(
            "x = []\ns = [0] * 30000\nq = [0] * 30000\nt = 'a' * 500000\nd = dict.fromkeys(range(300))\n\
             for i in range(10 ** 4):\n    x.append({copy})\n"
        );
        told_of(migration(&before, "[x]"));
    }
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|it| it.strip_prefix("VmHWM:")).unwrap();
    let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(peak < 400 << 10, "{peak} KB");
}

#[test]
fn an_argument_that_never_ends_is_all_that_is_lost() {
    let tree = Tree::migration(
        "def comment():\n    while True:\n        pass\n",
        "dependencies = [('a', 'b')]\noperations = [migrations.CreateModel('A', fields=[('x', \
         models.CharField(db_comment=comment(), max_length=5))])]",
    );
    let shown = show(&only(&tree.read()).operations[0]);
    let wanted = "[(\"x\", CharField(db_comment=?takes too many steps to follow, max_length=5))]";
    assert_eq!(shown, format!("CreateModel(\"A\", fields={wanted})"));
}

#[test]
fn a_statement_of_a_library_that_never_ends_loses_no_others() {
    let tree =
        Tree::migration("import tables", "operations = [tables.LENGTH, tables.NAMES[-1], tables.WIDTH]")
            .file("tables.py", "LENGTH = 1\nNAMES = []\nwhile True:\n    NAMES.append(1)\nWIDTH = 2\n");
    let shown: Vec<String> = only(&tree.read()).operations.iter().map(show).collect();
    assert_eq!(shown, ["1", "?takes too many steps to follow", "2"]);
}

/// A list that is changed while it is being changed, or compared with what holds it.
#[test]
fn what_holds_itself_is_changed_without_a_panic() {
    for before in [
        "x = []\nx.append([x])\ny = [[1]]\ntry:\n    x.remove(y)\nexcept ValueError:\n    pass\n",
        "import m\nx = {}\nx[m.X(x)] = 1\nx[m.X({1: 1})] = 2\nx.update({m.X({2: 2}): 3})\nx.setdefault(m.X({3: 3}), 4)\n",
        "x = [1, 2, 3]\nx[x.pop() and 3:] = [5]\n",
        "x = [1, 2, 3]\nx[3:x.clear()] = [5]\n",
        "x = [1, 2, 3]\nclass A:\n    def __iter__(self):\n        x.clear()\n        return iter([4])\nx[3:] = A()\n",
        "x = {1, 2}\ny = [x]\nx.add(7)\nx.discard(7)\nx.update(x)\n",
        "x = [1]\nx.extend(x)\nx += x\nx[:] = x\nx.insert(0, x)\nx.sort(key=lambda it: x.clear() or 1)\n",
    ] {
        told_of(migration(before, "[x and 1]"));
    }
}

/// Values of which it is not known which is greater have no order that a sort could rest on.
#[test]
fn what_has_no_order_is_not_sorted() {
    let values = (0..200).map(|it| format!("{}", it * 37 % 101)).collect::<Vec<_>>().join(", ");
    let before = format!(
        "import m\nx = []\nfor it in [{values}]:\n    x.append(m.c() if it % 3 else it)\n    x.append(str(it))\ny = sorted(x)\n\
         z = sorted((it, m.c()) for it in [{values}])\nx.sort()\n"
    );
    let tree = Tree::migration(&before, "operations = [x, y, z, max(x), sorted([2, 1.5, True, (1)])]");
    let shown: Vec<String> = only(&tree.read()).operations.iter().map(show).collect();
    assert!(shown[..4].iter().all(|it| it.starts_with('?') || it.starts_with("[?")), "{shown:?}");
    assert_eq!(shown[4], "[True, 1, 1.5, 2]");
}

#[test]
fn a_chain_of_values_is_dropped_whole() {
    told_of(migration("x = []\nfor it in range(200000):\n    x = [x]\n", "[x]"));
    told_of(migration("x = ()\nfor it in range(200000):\n    x = (x,)\n", "[x == (x,)]"));
    told_of(migration(
        "class A:\n    pass\nx = A()\nfor it in range(200000):\n    y = A()\n    y.x = x\n    x = y\n",
        "[x]",
    ));
    told_of(migration("x = 1\nfor it in range(200000):\n    x = lambda x=x: x\n", "[x]"));
}

#[test]
fn a_value_that_holds_itself_is_cut() {
    let tree = Tree::migration("x = []\nx.append(x)\ny = {}\ny['y'] = y\n", "operations = [x, y]");
    assert!(show(&only(&tree.read()).operations[0]).contains("too large or deep"));
    let tree = Tree::migration("x = [1]\nfor it in range(60):\n    x = [x, x]\n", "operations = [x]");
    assert_eq!(only(&tree.read()).operations.len(), 1);
}

#[test]
fn a_class_may_be_its_own_base_and_an_import_its_own_importer() {
    let tree = Tree::migration("import shop.a\nclass A(shop.a.B): pass\n", "operations = [A(1), shop.a.x]")
        .file("shop/a.py", "from shop.b import *\nfrom shop.b import y as x\nclass B(B): pass\n")
        .file("shop/b.py", "from shop.a import *\nfrom shop.a import x as y\n");
    assert_eq!(only(&tree.read()).operations.len(), 2);
}

#[test]
fn many_unknown_conditions_do_not_multiply() {
    let branches: String = (0..200).map(|at| format!("    if m.c{at}():\n        return {at}\n")).collect();
    let start = Instant::now();
    let tree = Tree::migration(&format!("import m\ndef f():\n{branches}"), "operations = [f()]");
    assert_eq!(only(&tree.read()).operations.len(), 1);
    assert!(start.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_dictionary_that_grows_under_an_unknown_condition_does_not_multiply() {
    let body = "import m\nx = {}\nfor it in range(3000):\n    if m.c(it):\n        x[it] = 1\n    else:\n        x[-it] = 2\n";
    let unknown = "import m\nx = {}\nfor it in range(60):\n    x[m.a(it)] = 1\n    if m.c(it):\n        x[m.b(it)] = 1\n";
    let start = Instant::now();
    told_of(migration(body, "[x]"));
    told_of(migration(unknown, "[x]"));
    assert!(start.elapsed() < Duration::from_secs(20));
}

#[cfg(unix)]
#[test]
fn links_in_a_circle_and_folders_in_place_of_files_are_told() {
    let tree = Tree::new().file("shop/migrations/0001_x.py", &migration("", "[]")).app("shop");
    let folder = tree.folder.path().join("shop/migrations");
    std::os::unix::fs::symlink(folder.join("0002_y.py"), folder.join("0002_y.py")).unwrap();
    std::os::unix::fs::symlink(&folder, folder.join("inner")).unwrap();
    fs::create_dir(folder.join("0003_z.py")).unwrap();
    let project = tree.read();
    assert_eq!(project.migrations.len(), 3);
    let told = told_in_all(&project);
    assert!(told.iter().any(|it| it.starts_with("?cannot be read: it is no regular file")), "{told:?}");
}

#[cfg(unix)]
#[test]
fn pipes_and_devices_are_not_waited_for() {
    let tree = Tree::new().file("shop/migrations/0001_x.py", &migration("from . import pipe\n", "[pipe.x]"));
    let tree = tree.app("shop");
    let folder = tree.folder.path().join("shop/migrations");
    let made = std::process::Command::new("mkfifo")
        .arg(folder.join("0002_y.py"))
        .arg(folder.join("pipe.py"))
        .status();
    assert!(made.unwrap().success());
    std::os::unix::fs::symlink("/dev/zero", folder.join("0003_z.py")).unwrap();
    let start = Instant::now();
    let told = told_in_all(&tree.read());
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    assert_eq!(told.iter().filter(|it| it.contains("no regular file")).count(), 3, "{told:?}");
}

#[test]
fn a_helper_that_cannot_be_parsed_is_told_where_it_matters() {
    let tree = Tree::migration("from .helpers import x\n", "operations = [1, x]")
        .file("shop/migrations/_helpers.py", "");
    let tree = tree.file("shop/migrations/helpers.py", "x = (\n");
    let project = tree.read();
    let shown: Vec<String> = project.migrations[0].operations.iter().map(show).collect();
    assert_eq!(shown[0], "1");
    assert!(shown[1].starts_with("?imports shop.migrations.helpers: "), "{shown:?}");
}

/// As a default of django-measurement leads into sympy: what it is found in costs what comes after it nothing.
#[test]
fn a_value_that_is_too_long_to_follow_costs_no_other_its_steps() {
    let big = "class Heavy:\n    table = [n * n for n in range(400000)]\n    def run(self):\n        return 1\n\
               def slow():\n    return Heavy().run()\n";
    let first = "from django.db import migrations, models\nimport shop.big\nclass F(models.FloatField):\n    pass\n\
                 class Migration(migrations.Migration):\n    operations = [migrations.AddField('a', 'x', F(default=shop.big.slow))]\n";
    let second = "from django.db import migrations\nclass Migration(migrations.Migration):\n    \
                  dependencies = [('shop', '0001_x')]\n    operations = [migrations.DeleteModel('B')]\n";
    let project = Tree::new()
        .file("shop/__init__.py", "")
        .file("shop/big.py", big)
        .file("shop/migrations/__init__.py", "")
        .file("shop/migrations/0001_x.py", first)
        .file("shop/migrations/0002_y.py", second)
        .app("shop")
        .read();
    let messages: Vec<&str> = project.notices.iter().map(|it| it.message.as_str()).collect();
    assert!(!messages.iter().any(|it| it.contains("too many steps")), "{messages:#?}");
    assert_eq!(super::show(&project.migrations[1].operations[0]), "DeleteModel(\"B\")");
}

/// As lamindb's package asks whether it is set up before it imports its modules.
#[test]
fn a_package_that_is_not_followed_has_the_modules_that_are_imported_by_their_path() {
    let tree = Tree::migration_text(
        "import heavy.fields\nclass Migration(migrations.Migration):\n    operations = [migrations.AddField('a', 'x', heavy.fields.F(null=True))]\n",
    )
    .file("heavy/__init__.py", "def forever():\n    while True:\n        pass\nif forever():\n    from . import fields\n")
    .file("heavy/fields.py", "from django.db import models\nclass F(models.IntegerField):\n    pass\n");
    let shown = show(&only(&tree.read()).operations[0]);
    assert_eq!(shown, "AddField(\"a\", \"x\", F(null=True))");
}

/// As a plugin of djangocms-cascade hands the function that is running on to a library that is not there.
#[test]
fn what_hands_itself_on_is_not_followed_as_often_as_two_to_the_power_of_its_depth() {
    let text = "import lib\ndef f():\n    def g(x):\n        try:\n            lib.a(g)\n        except ValueError:\n            x = []\n        \
                lib.b(g)\n    g(1)\n";
    told_of(migration(text, "[f()]"));
    let code = "def code(apps, schema_editor):\n    f()\n    schema_editor.execute('x')\n";
    told_of(migration(&format!("{text}{code}"), "[migrations.RunPython(code)]"));
}

/// As a setting of mayan-edms looks for promises in what it holds.
#[test]
fn one_operation_leaves_the_others_their_steps() {
    let code = "import lib\nfrom shop.promises import express\ndef code(apps, schema_editor):\n    express(lib.value)\n    \
                schema_editor.execute('x')\n";
    let operations = (0..3).map(|_| "migrations.RunPython(code), ").collect::<String>();
    let tree = Tree::migration(code, &format!("operations = [{operations}migrations.DeleteModel('A')]")).file(
        "shop/promises.py",
        "def express(value):\n    if isinstance(value, dict):\n        return {express(it): express(value[it]) for it in value}\n    \
         return express(value.left) or express(value.right)\n",
    );
    let start = Instant::now();
    let project = tree.read();
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    let operations = &only(&project).operations;
    assert_eq!(show(&operations[3]), "DeleteModel(\"A\")");
}

/// What is told of a function that each turn of a loop makes anew is told anew, with all that it calls.
#[test]
fn what_is_told_of_functions_without_running_them_is_counted_too() {
    let names = (0..100).map(|at| format!("a{at}()")).collect::<Vec<_>>().join("\n    ");
    let functions: String =
        (0..150).map(|at| format!("def h{at}():\n    h{}()\n    {names}\n", at + 1)).collect();
    let code = "import lib\ndef code(apps, schema_editor):\n    for it in range(3000):\n        def given(x=it):\n            \
                return h0()\n        lib.keep(given)\n    schema_editor.execute('x')\n";
    told_of(migration(&format!("{functions}{code}"), "[migrations.RunPython(code)]"));
}

/// What an import costs, nobody is charged for: not the argument that waits for it, nor the statement around that.
#[test]
fn large_modules_cost_nothing_to_whoever_imports_them_first() {
    let loops: String = (0..10).map(|at| format!("X{at} = [it for it in range(1000)]\n")).collect();
    let large = format!("{loops}N = 'a'\n");
    let imports: String =
        (0..60).map(|at| format!("    from shop.m{at} import N\n    N.upper()\n")).collect();
    let lib = format!("def name():\n{imports}    return N\ndef other(it):\n    return it.lower()\n");
    let before = "from shop import lib";
    let body = "operations = [migrations.DeleteModel(lib.name()), migrations.DeleteModel(lib.other('B'))]";
    let tree = Tree::migration(before, body).file("shop/lib.py", &lib);
    let tree = (0..60).fold(tree, |tree, at| tree.file(&format!("shop/m{at}.py"), &large));
    let project = tree.read();
    let shown: Vec<String> = only(&project).operations.iter().map(show).collect();
    assert_eq!(shown, ["DeleteModel(\"a\")", "DeleteModel(\"b\")"]);
}
