//! Columns of GeoDjango, whose backend for PostgreSQL gives each an index.

use super::{lines, project_of};
use crate::dialect::Dialect;

const HEAD: &str = "from django.contrib.gis.db import models as gis\n";

/// What a second migration with these operations does, on a table whose column `at` has such a field.
fn told(django: (u32, u32), field: &str, operations: &str) -> Vec<String> {
    let first = format!(
        "{HEAD}class Migration(migrations.Migration):\n    operations = [migrations.CreateModel('Place', [\n        \
         ('id', models.BigAutoField(primary_key=True)), ('at', {field})])]\n"
    );
    let second = format!(
        "{HEAD}class Migration(migrations.Migration):\n    dependencies = [('shop', '1')]\n    operations = [{operations}]\n"
    );
    let compiled = project_of(django, Dialect::Postgres, "", &[("1", &first), ("2", &second)]);
    assert!(compiled.notices.is_empty(), "{:#?}", compiled.notices);
    lines(&compiled)
}

#[test]
fn each_has_an_index_but_one_that_says_it_has_none() {
    let create = "1: create shop_place: id at";
    assert_eq!(told((5, 2), "gis.PointField(null=True)", ""), [create, "1: shop_place + index at"]);
    assert_eq!(told((5, 2), "gis.PointField(spatial_index=False)", ""), [create]);
    assert_eq!(
        told((5, 2), "gis.PolygonField('label', 3)", ""),
        [create, "1: shop_place + index at gist_geometry_ops_nd"]
    );
    assert_eq!(
        told(
            (3, 2),
            "models.IntegerField()",
            "migrations.AddField('place', 'area', gis.MultiPolygonField(srid=3857, geography=True))"
        )[1..],
        ["2: shop_place + area geography(MultiPolygon,3857) NOT NULL", "2: shop_place + index area"]
    );
}

/// PostGIS' editor looks at it since Django 5.2.
#[test]
fn an_index_comes_and_goes_with_its_flag() {
    let lose = "migrations.AlterField('place', 'at', gis.PointField(spatial_index=False))";
    let gain = "migrations.AlterField('place', 'at', gis.PointField())";
    let told = |django, field: &str, operation: &str| told(django, field, operation).split_off(1);
    assert_eq!(
        told((5, 2), "gis.PointField()", lose),
        ["1: shop_place + index at", "2: shop_place - index by name"]
    );
    assert_eq!(told((5, 2), "gis.PointField(spatial_index=False)", gain), ["2: shop_place + index at"]);
    assert_eq!(told((5, 1), "gis.PointField()", lose), ["1: shop_place + index at"]);
    assert_eq!(told((5, 1), "gis.PointField(spatial_index=False)", gain), [""; 0]);
}
