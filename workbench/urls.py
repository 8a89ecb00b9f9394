"""Where everything is."""

from allauth.account import views as accounts
from allauth.mfa.urls import urlpatterns as second_factors
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from claims.api.site import api
from claims.views import providers, signing_in
from claims.views.sign_in_changes import entering

urlpatterns = [
    path("admin/", admin.site.urls),
    # Of allauth's pages those that need no mail: a forgotten password is set anew by an administrator.
    path("accounts/login/", accounts.login, name="account_login"),
    path("accounts/logout/", accounts.logout, name="account_logout"),
    path("accounts/signup/", accounts.signup, name="account_signup"),
    path("accounts/inactive/", accounts.account_inactive, name="account_inactive"),
    path("accounts/password/change/", signing_in.password_change, name="account_change_password"),
    path("accounts/reauthenticate/", accounts.reauthenticate, name="account_reauthenticate"),
    # Passkeys stand on the page of all second factors, and not on one of their own.
    path("accounts/2fa/webauthn/", RedirectView.as_view(pattern_name="mfa_index"), name="mfa_list_webauthn"),
    path("accounts/2fa/", include(entering(second_factors))),
    # Under these names allauth finds its way back from a provider.
    path("accounts/<str:provider_id>/login/", providers.sign_in, name="openid_connect_login"),
    path("accounts/<str:provider_id>/login/callback/", providers.come_back, name="openid_connect_callback"),
    path("", include("claims.urls")),
    path("api/", api.urls),
]
handler400 = "claims.views.faults.bad_request"
handler403 = "claims.views.faults.forbidden"
handler404 = "claims.views.faults.not_found"
handler500 = "claims.views.faults.fault"
handler429 = "claims.views.faults.too_many"
