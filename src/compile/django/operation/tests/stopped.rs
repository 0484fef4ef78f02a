//! Where code stopped being followed: said with its line, so that a person need not search for it.

use super::{ITEM, project};

#[track_caller]
fn check(body: &str, said: &str) {
    let second = format!(
        "def helper(editor, text):\n    editor.execute(text)\n\ndef code(apps, schema_editor):\n{body}\n\n\
         class Migration(migrations.Migration):\n    dependencies = [('shop', '1')]\n    operations = [migrations.RunPython(code)]\n"
    );
    let compiled = project("", &[("1", ITEM), ("2", &second)]);
    let told: Vec<&str> = compiled.notices.iter().map(|it| it.message.as_str()).collect();
    assert!(told.iter().any(|it| it.starts_with("RunPython code: ") && it.ends_with(said)), "{told:?}");
}

#[test]
fn a_notice_says_the_line_where_code_stopped_being_followed() {
    let drops = "schema_editor.execute('ALTER TABLE shop_item DROP COLUMN code')";
    check(
        &format!("    for each in apps.get_models():\n        {drops}"),
        " (line 8: whether this is done is not known: `apps.get_models()` unpacks an instance of \
         `django.apps.apps.get_models`, which is not known)",
    );
    check(
        "    import elsewhere\n    elsewhere.run(schema_editor)",
        "what it does to the database is not known (line 8: it hands the schema editor, or a part of it, to elsewhere.run, \
         which is not followed)",
    );
    check(
        "    helper(schema_editor, open('x').read())",
        " (line 4: its SQL is not known: it reads x: there is no such file in the sources)",
    );
    check(
        "    schema_editor.connection.cursor().copy_from('x')",
        " (line 7: what the cursor's copy_from does is not followed)",
    );
}
