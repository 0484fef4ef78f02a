from django.conf import settings
from django.db import models
from simple_history.models import HistoricalRecords
from taggit.managers import TaggableManager


class Author(models.Model):
    name = models.CharField(max_length=100, unique=True)
    users = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True)
    history = HistoricalRecords(m2m_fields=[users])


class Book(models.Model):
    author = models.ForeignKey(Author, models.CASCADE)
    isbn = models.SlugField(unique=True)
    pages = models.PositiveIntegerField(null=True)
    tags = TaggableManager()
    history = HistoricalRecords()
