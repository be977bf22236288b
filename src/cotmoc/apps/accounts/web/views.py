"""Signing in and out, and a person's own account."""

from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.accounts.services import issue_token, revoke_token, set_password


class SignInForm(AuthenticationForm):
    """User name and password, with words that say what to do."""

    error_messages = {
        "invalid_login": gettext_lazy(
            "User name or password is wrong. After five wrong tries the door closes for 15 minutes."
        ),
        "inactive": gettext_lazy("This account is closed. Ask the administrator."),
    }


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True


@method_decorator(login_not_required, name="dispatch")
class SignOut(LogoutView):
    http_method_names = ["post", "options"]


class TokenForm(forms.Form):
    """A name for a new token."""

    label = forms.CharField(
        label=gettext_lazy("What is it for?"),
        max_length=80,
        help_text=gettext_lazy("For instance the name of the program that will use it."),
    )


def _person(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)
    return request.user


def account(request: HttpRequest) -> HttpResponse:
    """A person's own page: role, password, tokens."""
    person = _person(request)
    password_form, token_form = PasswordChangeForm(person), TokenForm()
    secret = ""
    if request.method == "POST" and "label" in request.POST:
        token_form = TokenForm(request.POST)
        if token_form.is_valid():
            label = token_form.cleaned_data["label"]
            secret = issue_token(person, label, actor=person, now=timezone.now())
            token_form = TokenForm()
    elif request.method == "POST":
        password_form = PasswordChangeForm(person, request.POST)
        if password_form.is_valid():
            new = password_form.cleaned_data["new_password1"]
            set_password(person, new, actor=person, now=timezone.now())
            update_session_auth_hash(request, person)
            messages.success(request, _("The password is changed."))
            return redirect("account")
    return render(
        request,
        "accounts/account.html",
        {
            "person": person,
            "posts": person.posts.select_related("organisation"),
            "tokens": person.tokens.all(),
            "password_form": password_form,
            "token_form": token_form,
            "secret": secret,
        },
    )


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of a person's own tokens."""
    person = _person(request)
    token = get_object_or_404(person.tokens, pk=pk)
    revoke_token(token, actor=person, now=timezone.now())
    messages.success(request, _("The token is revoked: programs using it are refused from now on."))
    return redirect("account")
