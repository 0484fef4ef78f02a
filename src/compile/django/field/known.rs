//! Fields of well-known libraries, for projects whose sources do not contain them. Add a line where one is
//! missing; sources that are there are followed instead, except where the last column says otherwise.

use Length::{Computed, Is, Usual};

/// What a field of a library is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// The built-in field that it derives from.
    Like(&'static str, Length),
    /// The same, and it may be null whatever is said.
    Nullable(&'static str, Length),
    /// No column of its own, nor a table that a field of Django's kind would have.
    Absent,
    /// A many-to-many whose automatic table has a column for the order.
    Sorted,
}

/// The `max_length` where none is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// That of the built-in field.
    Usual,
    Is(u32),
    /// Computed from other arguments.
    Computed,
}

#[derive(Debug)]
pub struct KnownField {
    /// The first segment of the class path: its modules move between versions.
    pub library: &'static str,
    pub class: &'static str,
    pub is: Known,
    /// Holds even where the library's sources are given: it does in Python what cannot be followed.
    pub always: bool,
}

const fn like(library: &'static str, class: &'static str, base: &'static str, length: Length) -> KnownField {
    KnownField { library, class, is: Known::Like(base, length), always: false }
}

const fn always(library: &'static str, class: &'static str, is: Known) -> KnownField {
    KnownField { library, class, is, always: true }
}

/// The library's first package, the class, what it is.
pub const FIELDS: &[KnownField] = &[
    // Managers and relations that only look like fields.
    always("taggit", "TaggableManager", Known::Absent),
    always("taggit_autosuggest", "TaggableManager", Known::Absent),
    always("modelcluster", "ClusterTaggableManager", Known::Absent),
    always("sortedm2m", "SortedManyToManyField", Known::Sorted),
    like("modelcluster", "ParentalKey", "ForeignKey", Usual),
    like("modelcluster", "ParentalManyToManyField", "ManyToManyField", Usual),
    like("mptt", "TreeForeignKey", "ForeignKey", Usual),
    like("mptt", "TreeOneToOneField", "OneToOneField", Usual),
    like("mptt", "TreeManyToManyField", "ManyToManyField", Usual),
    like("filer", "FilerFileField", "ForeignKey", Usual),
    like("filer", "FilerImageField", "ForeignKey", Usual),
    like("filer", "FilerFolderField", "ForeignKey", Usual),
    like("smart_selects", "ChainedForeignKey", "ForeignKey", Usual),
    like("smart_selects", "GroupedForeignKey", "ForeignKey", Usual),
    like("smart_selects", "ChainedManyToManyField", "ManyToManyField", Usual),
    like("annoying", "AutoOneToOneField", "OneToOneField", Usual),
    like("autoslug", "AutoSlugField", "SlugField", Is(50)),
    like("django_countries", "CountryField", "CharField", Is(2)),
    like("timezone_field", "TimeZoneField", "CharField", Is(63)),
    like("phonenumber_field", "PhoneNumberField", "CharField", Is(128)),
    like("djmoney", "MoneyField", "DecimalField", Usual),
    like("djmoney", "CurrencyField", "CharField", Is(3)),
    like("colorfield", "ColorField", "CharField", Is(25)),
    like("multiselectfield", "MultiSelectField", "CharField", Computed),
    like("ckeditor", "RichTextField", "TextField", Usual),
    like("ckeditor_uploader", "RichTextUploadingField", "TextField", Usual),
    like("django_ckeditor_5", "CKEditor5Field", "TextField", Usual),
    like("djangocms_text", "HTMLField", "TextField", Usual),
    like("djangocms_text_ckeditor", "HTMLField", "TextField", Usual),
    like("tinymce", "HTMLField", "TextField", Usual),
    like("markdownx", "MarkdownxField", "TextField", Usual),
    like("martor", "MartorField", "TextField", Usual),
    like("mdeditor", "MDTextField", "TextField", Usual),
    like("markupfield", "MarkupField", "TextField", Usual),
    like("wagtail", "RichTextField", "TextField", Usual),
    // Text or JSON, by the version and by an argument: the column is there, its type is not said.
    like("wagtail", "StreamField", "Field", Usual),
    like("easy_thumbnails", "ThumbnailerField", "FileField", Is(100)),
    like("easy_thumbnails", "ThumbnailerImageField", "FileField", Is(100)),
    like("sorl", "ImageField", "FileField", Is(100)),
    like("imagekit", "ProcessedImageField", "FileField", Is(100)),
    like("versatileimagefield", "VersatileImageField", "FileField", Is(100)),
    like("versatileimagefield", "PPOIField", "CharField", Is(20)),
    like("stdimage", "StdImageField", "FileField", Is(100)),
    like("django_resized", "ResizedImageField", "FileField", Is(100)),
    like("picklefield", "PickledObjectField", "TextField", Usual),
    like("jsonfield", "JSONField", "TextField", Usual),
    like("django_extensions", "CreationDateTimeField", "DateTimeField", Usual),
    like("django_extensions", "ModificationDateTimeField", "DateTimeField", Usual),
    like("django_extensions", "AutoSlugField", "SlugField", Is(50)),
    like("django_extensions", "ShortUUIDField", "CharField", Is(22)),
    like("model_utils", "AutoCreatedField", "DateTimeField", Usual),
    like("model_utils", "AutoLastModifiedField", "DateTimeField", Usual),
    like("model_utils", "MonitorField", "DateTimeField", Usual),
    like("model_utils", "StatusField", "CharField", Is(100)),
    like("model_utils", "SplitField", "TextField", Usual),
    like("model_utils", "UUIDField", "UUIDField", Usual),
    like("oscar", "PhoneNumberField", "CharField", Is(128)),
    like("oscar", "UppercaseCharField", "CharField", Usual),
    like("oscar", "ExtendedURLField", "CharField", Is(200)),
    like("oscar", "AutoSlugField", "SlugField", Is(50)),
    KnownField {
        library: "oscar",
        class: "NullCharField",
        is: Known::Nullable("CharField", Usual),
        always: false,
    },
    like("shortuuid", "ShortUUIDField", "CharField", Usual),
    like("localflavor", "USStateField", "CharField", Is(2)),
    like("localflavor", "USZipCodeField", "CharField", Is(10)),
    like("jsignature", "JSignatureField", "TextField", Usual),
    like("oscar", "PositiveDecimalField", "DecimalField", Usual),
    like("i18nfield", "I18nCharField", "TextField", Usual),
    like("i18nfield", "I18nTextField", "TextField", Usual),
    like("oauth2_provider", "ClientSecretField", "CharField", Usual),
    like("django_fsm", "FSMField", "CharField", Is(50)),
    like("django_fsm", "FSMIntegerField", "IntegerField", Usual),
    like("django_fsm", "FSMKeyField", "ForeignKey", Usual),
    like("enumfields", "EnumField", "CharField", Is(10)),
    like("enumfields", "EnumIntegerField", "IntegerField", Usual),
    like("cloudinary", "CloudinaryField", "CharField", Is(255)),
    // Of types of their own.
    like("pgvector", "BitField", "Field", Usual),
    like("pgvector", "HalfVectorField", "Field", Usual),
    like("pgvector", "SparseVectorField", "Field", Usual),
    like("pgvector", "VectorField", "Field", Usual),
    like("recurrence", "RecurrenceField", "TextField", Usual),
    like("froala_editor", "FroalaField", "TextField", Usual),
    like("private_storage", "PrivateFileField", "FileField", Is(100)),
    like("private_storage", "PrivateImageField", "FileField", Is(100)),
];

/// The line for a class, if there is one.
pub fn known(class: &str) -> Option<&'static KnownField> {
    let library = class.split('.').next()?;
    let name = super::arguments::last_segment(class);
    FIELDS.iter().find(|field| field.library == library && field.class == name)
}
