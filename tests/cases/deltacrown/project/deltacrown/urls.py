"""The pages that Part 5 of the report asks for, as small as they can be."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path

from apps.accounts.models import AccountDeletionRequest, User
from apps.user_profile.models import UserProfile


def settings_page(request):
    """The Control Deck: it tells whether the account is about to be deleted."""
    pending = AccountDeletionRequest.objects.filter(status=AccountDeletionRequest.Status.SCHEDULED).count()
    return HttpResponse(f"Settings: {pending} deletions are scheduled")


def profile_page(request, username):
    user = get_object_or_404(User, username=username)
    return HttpResponse(f"Profile of {user.username}")


def profile_list(request):
    return HttpResponse(f"{UserProfile.objects.count()} profiles")


urlpatterns = [
    path("me/settings/", settings_page),
    path("@<str:username>/", profile_page),
    path("admin/user_profile/userprofile/", profile_list),
]
