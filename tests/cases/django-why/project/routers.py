"""Routers that keep apps away from a database."""


class WithoutBlog:
    def allow_migrate(self, db, app_label, **hints):
        return app_label != "blog"


class WithoutShop:
    def allow_migrate(self, db, app_label, **hints):
        return app_label != "shop"
