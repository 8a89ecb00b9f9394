"""Where everything is."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.account.urls")),
    path("", include("claims.urls")),
]
handler404 = "claims.views.faults.not_found"
handler500 = "claims.views.faults.fault"
