//! Fields of the sources.

use super::{Tree, attribute, object, only, show};
use crate::compile::django::project::{Body, Object, Project};

/// The field of the only migration's only operation, an `AddField`.
#[track_caller]
fn field(project: &Project) -> &Object {
    let operation = object(&only(project).operations[0]);
    object(&operation.kwargs.iter().find(|(name, _)| &**name == "field").unwrap().1)
}

#[track_caller]
fn result(object: &Object, method: &str) -> String {
    let (_, method) = object.methods.iter().find(|(it, _)| &**it == method).unwrap();
    show(method.result.as_ref().unwrap())
}

#[test]
fn a_field_of_the_sources_is_followed_to_its_base() {
    let fields = "from django.db import models\n\nclass Mixin:\n    def __init__(self, *args, **kwargs):\n        \
        kwargs.setdefault('max_length', 2)\n        super().__init__(*args, **kwargs)\n\n\
        class CountryField(Mixin, models.CharField):\n    description = 'A country'\n    \
        def __init__(self, *args, **kwargs):\n        self.multiple = kwargs.pop('multiple', False)\n        \
        super(CountryField, self).__init__(*args, **kwargs)\n\n    def db_type(self, connection):\n        \
        if connection.vendor == 'postgresql':\n            return 'char(%s)' % self.max_length\n        return None\n\n    \
        def get_internal_type(self):\n        return super().get_internal_type()\n\n\
        class Old(models.CharField):\n    def __init__(self, *args, **kwargs):\n        kwargs['max_length'] = 9\n        \
        models.CharField.__init__(self, *args, **kwargs)\n";
    let tree = Tree::migration(
        "import shop.fields\n",
        "operations = [migrations.AddField('a', 'b', field=shop.fields.CountryField(multiple=True, null=True)), \
         migrations.AddField('a', 'c', field=shop.fields.Old(null=True))]",
    )
    .file("shop/fields.py", fields);
    let project = tree.read();
    let country = field(&project);
    assert_eq!(&*country.class, "shop.fields.CountryField");
    let lineage: Vec<&str> = country.lineage.iter().map(|it| &**it).collect();
    assert_eq!(lineage, ["shop.fields.CountryField", "shop.fields.Mixin", "django.db.models.CharField"]);
    let base = country.base.as_ref().unwrap();
    assert_eq!(&*base.class, "django.db.models.CharField");
    let kwargs: Vec<String> =
        base.kwargs.iter().map(|(name, value)| format!("{name}={}", show(value))).collect();
    assert_eq!(kwargs, ["null=True", "max_length=2"]);
    // What `deconstruct` does not tell is lost when Django clones the field.
    assert_eq!(show(attribute(country, "multiple")), "False");
    assert_eq!(show(attribute(country, "description")), "\"A country\"");
    assert_eq!(result(country, "db_type"), "\"char(2)\"");
    assert_eq!(result(country, "get_internal_type"), "\"CharField\"");
    let internal = country.methods.iter().find(|(name, _)| &**name == "get_internal_type").unwrap();
    assert_eq!(internal.1.function.body, Body::Super);
    let old = object(&object(&only(&project).operations[1]).kwargs[0].1);
    assert_eq!(show(&old.base.as_ref().unwrap().kwargs[1].1), "9");
}

/// Sentry's field for JSON tries its default when it is made, by code that goes through texts letter by letter.
#[test]
fn a_field_may_try_its_default_by_a_library_for_json() {
    let fields = "from django.db import models\nfrom simplejson import JSONEncoder, _default_decoder\n\
        encoder = JSONEncoder(separators=(',', ':'))\n\nclass JSONField(models.TextField):\n    \
        def __init__(self, *args, **kwargs):\n        if not kwargs.get('null', False):\n            \
        kwargs['default'] = kwargs.get('default', dict)\n        super().__init__(*args, **kwargs)\n        \
        self.validate(self.get_default(), None)\n\n    def validate(self, value, model_instance):\n        \
        self.get_prep_value(value)\n\n    def get_default(self):\n        default = self.default\n        \
        if callable(default):\n            default = default()\n        \
        return _default_decoder.decode(encoder.encode(default))\n\n    def get_prep_value(self, value):\n        \
        return encoder.encode(value)\n\n    def db_type(self, connection):\n        return 'text'\n";
    let library = "class JSONEncoder:\n    def __init__(self, **kwargs):\n        pass\n    def encode(self, value):\n        \
        while True:\n            pass\n\nclass JSONDecoder:\n    def decode(self, text):\n        while True:\n            \
        pass\n\n_default_decoder = JSONDecoder()\n";
    let tree = Tree::migration(
        "import shop.fields\n",
        "operations = [migrations.AddField('a', 'b', field=shop.fields.JSONField())]",
    )
    .file("shop/fields.py", fields)
    .file("simplejson/__init__.py", library);
    let project = tree.read();
    let json = field(&project);
    assert_eq!(&*json.class, "shop.fields.JSONField");
    assert_eq!(&*json.base.as_ref().unwrap().class, "django.db.models.TextField");
    assert_eq!(result(json, "db_type"), "\"text\"");
}

/// As in opaque-keys and openedx: only the collation is the field's own, by the vendor.
#[test]
fn parameters_of_a_column_that_are_only_added_to_are_the_usual_ones() {
    let fields = "from django.db import models\n\nclass Keyed(models.CharField):\n    \
        def db_parameters(self, connection):\n        parameters = models.Field.db_parameters(self, connection)\n        \
        if connection.vendor in self.collations:\n            parameters['collation'] = 'x'\n        return parameters\n    \
        collations = {'postgresql': 'C'}\n\n\
        class Short(models.TextField):\n    def db_parameters(self, connection):\n        \
        parameters = super().db_parameters(connection)\n        parameters['type'] = 'char(2)'\n        return parameters\n";
    let tree = Tree::migration(
        "import shop.fields\n",
        "operations = [migrations.AddField('a', 'b', field=shop.fields.Keyed(max_length=9)), \
         migrations.AddField('a', 'c', field=shop.fields.Short())]",
    )
    .file("shop/fields.py", fields);
    let project = tree.read();
    assert!(field(&project).methods.is_empty(), "{:?}", field(&project).methods);
    let short = object(&object(&only(&project).operations[1]).kwargs[0].1);
    assert!(result(short, "db_parameters").starts_with("{\"type\": \"char(2)\""));
}

/// As in jsonfield: Python puts `TextField` before the `Field` that the mixin derives from.
#[test]
fn a_mixin_that_derives_from_field_itself_leads_to_the_other_base() {
    let fields = "from django.db import models\n\nclass JSONFieldMixin(models.Field):\n    \
        def __init__(self, *args, dump_kwargs=None, **kwargs):\n        self.dump_kwargs = dump_kwargs\n        \
        super().__init__(*args, **kwargs)\n\n\
        class JSONField(JSONFieldMixin, models.TextField):\n    pass\n\n\
        class Base(models.URLField):\n    pass\n\nclass Short(JSONFieldMixin, Base):\n    pass\n";
    let tree = Tree::migration(
        "import shop.fields\n",
        "operations = [migrations.AddField('a', 'b', field=shop.fields.JSONField(null=True)), \
         migrations.AddField('a', 'c', field=shop.fields.Short())]",
    )
    .file("shop/fields.py", fields);
    let project = tree.read();
    let json = field(&project);
    assert_eq!(&*json.base.as_ref().unwrap().class, "django.db.models.TextField");
    let lineage: Vec<&str> = json.lineage.iter().map(|it| &**it).collect();
    let of_django = ["django.db.models.TextField", "django.db.models.Field"];
    assert_eq!(lineage, [&["shop.fields.JSONField", "shop.fields.JSONFieldMixin"][..], &of_django].concat());
    let short = object(&object(&only(&project).operations[1]).kwargs[0].1);
    assert_eq!(&*short.base.as_ref().unwrap().class, "django.db.models.URLField");
}

#[test]
fn a_constructor_that_is_not_followed_is_told() {
    let before = "import missing\nclass Odd(models.CharField):\n    def __init__(self, *args, **kwargs):\n        \
        if missing.x():\n            super().__init__(max_length=1)\n        else:\n            \
        super().__init__(max_length=2)\n\nclass Foreign(missing.Field):\n    pass\n";
    let project = Tree::migration(
        before,
        "operations = [migrations.AddField('a', 'b', field=Odd()), migrations.AddField('a', 'b', field=Foreign(x=1))]",
    )
    .read();
    let odd = field(&project);
    assert!(odd.base.is_none());
    assert_eq!(odd.notice.as_deref(), Some("its constructor calls several others"));
    let foreign = object(&object(&only(&project).operations[1]).kwargs[0].1);
    assert_eq!(&*foreign.base.as_ref().unwrap().class, "missing.Field");
}

/// With the library among the sources, and without.
#[test]
fn a_field_that_django_cryptography_encrypts_holds_bytes() {
    let library = "from django.db import models\n\nCLASSES = {}\n\nclass EncryptedMixin:\n    pass\n\n\
                   def get_encrypted_field(base):\n    if base not in CLASSES:\n        \
                   CLASSES[base] = type('Encrypted' + base.__name__, (EncryptedMixin, base), {'base_class': base})\n    \
                   return CLASSES[base]\n\n\
                   def encrypt(base_field, key=None, ttl=None):\n    \
                   if not isinstance(base_field, models.Field):\n        return get_encrypted_field(base_field)\n    \
                   name, path, args, kwargs = base_field.deconstruct()\n    \
                   return get_encrypted_field(base_field.__class__)(*args, **kwargs)\n";
    let tree = |field: &str| {
        let body =
            format!("operations = [migrations.AddField('a', 'b', field=crypt.encrypt(models.{field}))]");
        Tree::migration(
            "from django_cryptography import fields as crypt\nfrom django.db import models\n",
            &body,
        )
    };
    let of_text = "TextField('the key', null=True, db_column='kept', help_text='no')";
    for tree in [tree(of_text), tree(of_text).file("django_cryptography/fields.py", library)] {
        let project = tree.read();
        let field = field(&project);
        assert_eq!(&*field.class, "django.db.models.BinaryField");
        let said: Vec<String> =
            field.kwargs.iter().map(|(name, value)| format!("{name}={}", show(value))).collect();
        assert_eq!(said, ["null=True", "db_column=\"kept\""]);
    }
    let project = tree("SlugField()").file("django_cryptography/fields.py", library).read();
    let operation = object(&only(&project).operations[0]);
    let (_, field) = operation.kwargs.iter().find(|(name, _)| &**name == "field").unwrap();
    assert_eq!(show(field), "EncryptedSlugField()");
}
