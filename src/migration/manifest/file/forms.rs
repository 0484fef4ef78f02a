//! Short forms (a string, a list) beside long ones (a map).

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::super::short_form::{parse_column, parse_part};
use super::*;

/// Implements `Deserialize` for a type with a short form (a string or a list) beside the long one (a map),
/// in a way that keeps the position of a mistake, which `#[serde(untagged)]` loses.
macro_rules! short_or_long {
    ($type:ty, $expected:literal, $long:ty => $from_long:expr, str => $from_str:expr) => {
        short_or_long!(@impl $type, $expected, $long => $from_long,
            fn visit_str<E: Error>(self, text: &str) -> Result<$type, E> {
                $from_str(text).map_err(E::custom)
            });
        short_or_long!(@schema $type, $long, |_: &mut SchemaGenerator| json_schema!({"type": "string"}));
    };
    ($type:ty, $expected:literal, $long:ty => $from_long:expr, seq of $item:ty => $from_list:expr) => {
        short_or_long!(@impl $type, $expected, $long => $from_long,
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<$type, A::Error> {
                let mut items: Vec<$item> = Vec::new();
                while let Some(item) = list.next_element()? {
                    items.push(item);
                }
                Ok($from_list(items))
            });
        short_or_long!(@schema $type, $long, |generator: &mut SchemaGenerator| {
            generator.subschema_for::<Vec<$item>>()
        });
    };
    (@impl $type:ty, $expected:literal, $long:ty => $from_long:expr, $($method:tt)+) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct ShortOrLong;
                impl<'de> Visitor<'de> for ShortOrLong {
                    type Value = $type;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($expected)
                    }

                    $($method)+

                    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<$type, A::Error> {
                        let long = <$long>::deserialize(MapAccessDeserializer::new(map))?;
                        $from_long(long).map_err(A::Error::custom)
                    }
                }
                deserializer.deserialize_any(ShortOrLong)
            }
        }
    };
    (@schema $type:ty, $long:ty, $short:expr) => {
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                let short: fn(&mut SchemaGenerator) -> Schema = $short;
                let short = short(generator);
                let long = generator.subschema_for::<$long>();
                json_schema!({"anyOf": [short, long]})
            }
        }
    };
}

/// `$from_long` for a long form that is the form itself.
fn as_it_is<T, U: From<T>>(long: T) -> Result<U, String> {
    Ok(long.into())
}

short_or_long!(ColumnFile, "a column such as `varchar(30) not null`, or a map with `type`",
    ColumnLong => as_it_is, str => |text: &str| text::column(text, parse_column));
short_or_long!(PartFile, "a column's name with its options, an expression in brackets, or a map with `column`",
    PartLong => |long: PartLong| IndexPart::try_from(long).map(PartFile),
    str => |text: &str| parse_part(text).map(PartFile));
short_or_long!(KeyFile, "a list of columns, or a map with `columns`",
    KeyLong => |long| Ok::<_, String>(KeyFile(long)),
    seq of Text => |columns| KeyFile(KeyLong { table: None, name: None, columns }));
short_or_long!(UniqueFile, "a list of columns, or a map with `columns`",
UniqueLong => |long| Ok::<_, String>(UniqueFile(long)),
seq of PartFile => |columns| UniqueFile(UniqueLong {
    table: None, name: None, columns, include: Vec::new(), condition: None, nulls_not_distinct: false,
    deferrable: Deferrable::No,
}));
short_or_long!(IndexFile, "a list of columns, or a map with `columns`",
IndexLong => |long| Ok::<_, String>(IndexFile(long)),
seq of PartFile => |columns| IndexFile(IndexLong {
    table: None, name: None, columns, include: Vec::new(), condition: None, method: None,
}));

short_or_long!(TableName, "a table's name, or a map with `schema` and `name`",
    QualifiedName => |long: QualifiedName| Ok::<_, String>(TableName::qualified(long.schema.0, long.name.0)),
    str => |text: &str| Ok::<_, String>(TableName::unqualified(shared(text))));

impl<'de> Deserialize<'de> for ColumnsFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Columns;
        impl<'de> Visitor<'de> for Columns {
            type Value = ColumnsFile;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of columns, each with its type")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ColumnsFile, A::Error> {
                let mut columns: Vec<(Name, ColumnFile)> = Vec::new();
                while let Some((Text(name), column)) = map.next_entry::<Text, ColumnFile>()? {
                    if columns.iter().any(|(other, _)| *other == name) {
                        return Err(A::Error::custom(format_args!("column {name} stands here twice")));
                    }
                    columns.push((name, column));
                }
                Ok(ColumnsFile(columns))
            }
        }
        deserializer.deserialize_map(Columns)
    }
}
