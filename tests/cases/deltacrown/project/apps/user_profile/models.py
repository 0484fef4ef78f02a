"""The models that the incident report speaks of, each with the columns that it needs to be believable."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class UserProfile(models.Model):
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="profile")
    public_id = models.CharField(max_length=15, unique=True, null=True, blank=True, editable=False)
    display_name = models.CharField(max_length=80)
    bio = models.TextField(blank=True)
    country = models.CharField(max_length=2, blank=True)
    pronouns = models.CharField(max_length=50, blank=True)
    level = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["display_name"]


class Badge(models.Model):
    name = models.CharField(max_length=100)
    slug = models.SlugField(unique=True)
    description = models.TextField(blank=True)


class UserBadge(models.Model):
    profile = models.ForeignKey(UserProfile, on_delete=models.CASCADE, related_name="badges")
    badge = models.ForeignKey(Badge, on_delete=models.CASCADE)
    earned_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        unique_together = [("profile", "badge")]


class Achievement(models.Model):
    profile = models.ForeignKey(UserProfile, on_delete=models.CASCADE, related_name="achievements")
    title = models.CharField(max_length=120)
    details = models.JSONField(default=dict)
    earned_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["profile", "-earned_at"], name="achievement_recent_idx")]


class Certificate(models.Model):
    profile = models.ForeignKey(UserProfile, on_delete=models.CASCADE, related_name="certificates")
    tournament = models.CharField(max_length=120)
    verification_code = models.UUIDField(unique=True)
    issued_at = models.DateTimeField()


class PublicIDCounter(models.Model):
    """One row for each year: the last number given out as DC-YY-NNNNNN."""

    year = models.IntegerField(unique=True)
    counter = models.IntegerField(db_default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)


class GameProfile(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="game_profiles")
    game = models.CharField(max_length=50)
    in_game_name = models.CharField(max_length=100)
    identity_key = models.CharField(max_length=150)
    is_primary = models.BooleanField(default=False)
    metadata = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["user", "-created_at"], name="gameprofile_recent_idx")]
        constraints = [
            models.UniqueConstraint(fields=["game", "identity_key"], name="unique_game_identity"),
            models.UniqueConstraint(fields=["user"], condition=Q(is_primary=True), name="one_primary_game"),
        ]


class PrivacySettings(models.Model):
    user_profile = models.OneToOneField(UserProfile, on_delete=models.CASCADE, related_name="privacy")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="privacy", null=True
    )
    show_email = models.BooleanField(default=False)
    show_real_name = models.BooleanField(default=False)
    show_achievements = models.BooleanField(default=True)
    updated_at = models.DateTimeField(auto_now=True)


class ProfileShowcase(models.Model):
    user_profile = models.OneToOneField(UserProfile, on_delete=models.CASCADE, related_name="showcase")
    enabled_sections = models.JSONField(default=list)
    featured_team_role = models.CharField(max_length=50, blank=True)
    updated_at = models.DateTimeField(auto_now=True)


class Highlight(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="highlights")
    title = models.CharField(max_length=200)
    clip_url = models.URLField(max_length=500)
    display_order = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["user", "display_order"], name="highlight_order_idx")]


class HardwareLoadout(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="hardware")
    category = models.CharField(max_length=20)
    brand = models.CharField(max_length=100)
    model = models.CharField(max_length=200)
    is_public = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "category"], name="one_hardware_of_a_category")]


class TrophyShowcase(models.Model):
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="trophies")
    border = models.CharField(max_length=50, blank=True)
    frame = models.CharField(max_length=50, blank=True)


class CareerProfile(models.Model):
    user_profile = models.OneToOneField(UserProfile, on_delete=models.CASCADE, related_name="career")
    status = models.CharField(max_length=20)
    salary_min = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    available_from = models.DateField(null=True, blank=True)


class FollowRequest(models.Model):
    requester = models.ForeignKey(UserProfile, on_delete=models.CASCADE, related_name="follow_requests_sent")
    target = models.ForeignKey(UserProfile, on_delete=models.CASCADE, related_name="follow_requests_received")
    status = models.CharField(max_length=10, default="pending", db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["requester", "target"], name="one_follow_request"),
            models.CheckConstraint(condition=~Q(requester=models.F("target")), name="no_self_follow_request"),
        ]
