//! SQL and where it stands.

use super::Tree;

#[test]
fn sql_comes_as_text_list_constant_and_file() {
    let before = "import os\nfrom pathlib import Path\nTABLE = 'shop_book'\nHERE = os.path.dirname(os.path.abspath(__file__))\n\
        def read(name):\n    with open(os.path.join(HERE, 'sql', name)) as file:\n        return file.read()\n";
    let tree = Tree::migration(
        before,
        "operations = [migrations.RunSQL(f'DROP TABLE {TABLE}', reverse_sql=migrations.RunSQL.noop), \
         migrations.RunSQL([('UPDATE %s', [None])]), migrations.RunSQL(read('a.sql')), \
         migrations.RunSQL((Path(__file__).resolve().parent / 'sql' / 'a.sql').read_text()), \
         migrations.RunSQL('A %s %(x)s' % ('b',) if False else 'CREATE {0} {name:>2}'.format('x', name=1))]",
    )
    .file("shop/migrations/sql/a.sql", "SELECT 2");
    tree.check(&[
        "RunSQL(\"DROP TABLE shop_book\", reverse_sql=\"\")",
        "RunSQL([(\"UPDATE %s\", [None])])",
        "RunSQL(\"SELECT 2\")",
        "RunSQL(\"SELECT 2\")",
        "RunSQL(\"CREATE x  1\")",
    ]);
}

#[test]
fn sql_comes_from_files_by_every_library() {
    let before = "import codecs, importlib.resources, io, os, pkgutil, shop\nfrom importlib import resources\n\
        from importlib.resources import files, read_text\nfrom pathlib import Path\nHERE = Path(__file__).parent\n";
    let each = [
        "files('shop.sql').joinpath('a.sql').read_text()",
        "resources.files(shop).joinpath('sql', 'a.sql').read_text(encoding='utf-8')",
        "(importlib.resources.files('shop') / 'sql/a.sql').open().read()",
        "read_text('shop.sql', 'a.sql')",
        "resources.open_text('shop.sql', 'a.sql').read()",
        "pkgutil.get_data('shop', 'sql/a.sql').decode('utf-8')",
        "pkgutil.get_data(__package__, '../sql/a.sql').decode()",
        "io.open(os.path.join(HERE, '..', 'sql', 'a.sql'), encoding='utf8').read()",
        "codecs.open(str(HERE.parent / 'sql' / 'a.sql'), 'r', 'utf-8').read()",
        "open(HERE / '../sql/a.sql', 'rb').read().decode()",
        "(HERE.parent / 'sql/a.sql').open('rb').read().decode()",
        "next(iter(HERE.parent.glob('s*/*.sql'))).read_text()",
    ];
    let operations: Vec<String> = each.iter().map(|it| format!("migrations.RunSQL({it})")).collect();
    let tree = Tree::migration(before, &format!("operations = [{}]", operations.join(", ")))
        .file("shop/sql/a.sql", "SELECT 2");
    tree.check(&vec!["RunSQL(\"SELECT 2\")"; each.len()]);
}

#[test]
fn a_file_outside_of_the_sources_is_not_read() {
    Tree::migration("", "operations = [open('/etc/hostname').read()]")
        .check(&["?reads hostname: there is no such file in the sources"]);
}

#[test]
fn why_a_file_was_not_read_is_told() {
    let tree = Tree::migration(
        "from pathlib import Path",
        "operations = [open('sql/a.sql').read(), Path('sql/a.sql').read_text(), open('sql/b.sql').readlines()]",
    );
    let tree = tree.file("sql/a.sql", "");
    std::fs::write(tree.folder.path().join("sql/a.sql"), b"SELECT '\xff'").unwrap();
    tree.check(&[
        "?reads a.sql: it is not UTF-8",
        "?reads a.sql: it is not UTF-8",
        "?reads b.sql: there is no such file in the sources",
    ]);
}
