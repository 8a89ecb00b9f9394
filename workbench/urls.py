"""Where everything is."""

from allauth.account import views as accounts
from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    # Of allauth's pages those that need no mail: a forgotten password is set anew by an administrator.
    path("accounts/login/", accounts.login, name="account_login"),
    path("accounts/logout/", accounts.logout, name="account_logout"),
    path("accounts/signup/", accounts.signup, name="account_signup"),
    path("accounts/inactive/", accounts.account_inactive, name="account_inactive"),
    path("accounts/password/change/", accounts.password_change, name="account_change_password"),
    path("accounts/reauthenticate/", accounts.reauthenticate, name="account_reauthenticate"),
    path("", include("claims.urls")),
]
handler400 = "claims.views.faults.bad_request"
handler403 = "claims.views.faults.forbidden"
handler404 = "claims.views.faults.not_found"
handler500 = "claims.views.faults.fault"
