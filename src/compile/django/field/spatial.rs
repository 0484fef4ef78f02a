//! Columns of GeoDjango on PostGIS: `geo_db_type` of django/contrib/gis/db/backends/postgis/operations.py.

use super::methods;
use super::{Argument, Arguments, BuiltIn, CustomType, Number, Scalar, SpatialIndex};
use crate::compile::django::project::Object;

/// What `GeometryField` and its like are, as PostGIS prints the type; `None` where not all of it was seen. A raster has an
/// index over an expression.
pub fn scalar(class: &str, object: &Object, arguments: &Arguments<'_>) -> Option<Scalar> {
    let given = ["geom_type", "dim", "geography", "srid", "spatial_index"];
    if given.iter().any(|it| methods::attribute(object, it).is_some()) {
        return None;
    }
    let kind = match class {
        "GeometryField" => "Geometry",
        "PointField" => "Point",
        "LineStringField" => "LineString",
        "PolygonField" => "Polygon",
        "MultiPointField" => "MultiPoint",
        "MultiLineStringField" => "MultiLineString",
        "MultiPolygonField" => "MultiPolygon",
        "GeometryCollectionField" => "GeometryCollection",
        _ => return None,
    };
    let number = |name: &str, usual: u32| match arguments.number(name) {
        Number::Unset => Some(usual),
        Number::Is(number) => Some(number),
        Number::Unknown => None,
    };
    let flag = |name: &str, usual: bool| match arguments.flag(name) {
        Argument::Unset => Some(usual),
        Argument::Is(flag) => Some(flag),
        Argument::Unknown => None,
    };
    let (dimensions, srid) = (number("dim", 2)?, number("srid", 4326)?);
    let (is_geography, is_indexed) = (flag("geography", false)?, flag("spatial_index", true)?);
    let family = if is_geography { "geography" } else { "geometry" };
    let third = if dimensions == 3 { "Z" } else { "" };
    let index = if dimensions > 2 && !is_geography { SpatialIndex::OfMany } else { SpatialIndex::Flat };
    Some(Scalar {
        db_type: Some(CustomType::Text(format!("{family}({kind}{third},{srid})").into())),
        spatial_index: is_indexed.then_some(index),
        ..Scalar::new(BuiltIn::Other)
    })
}
