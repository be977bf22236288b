from django.urls import path

from cotmoc.apps.programmes.web import (
    amending,
    binding,
    comparing,
    confirm,
    next_year,
    tasks,
    upload,
    views,
)

urlpatterns = [
    path("targets/", views.targets, name="targets"),
    path("targets/<int:pk>/", views.target, name="target"),
    path("plans/", views.plans, name="plans"),
    path("plans/<int:pk>/", views.plan, name="plan"),
    path("plans/<int:pk>/publish/", views.publish, name="publish-plan"),
    path("plans/<int:pk>/text/", views.plan_text, name="plan-text"),
    path("plans/<int:pk>/tasks/", tasks.tasks, name="plan-tasks"),
    path("plans/<int:pk>/tasks/<int:order>/", tasks.task, name="plan-task"),
    path("plans/<int:pk>/close-districts/", amending.close_districts, name="close-districts"),
    path("documents/<int:pk>/amends/", amending.amends, name="document-amends"),
    path("documents/upload/", upload.upload, name="upload-document"),
    path("documents/uploads/<int:pk>/", upload.progress, name="upload-progress"),
    path("documents/<int:pk>/confirm/", confirm.confirm, name="confirm-document"),
    path("documents/<int:pk>/confirm/rows/", confirm.rows, name="draft-rows"),
    path("documents/<int:pk>/confirm/rows/<int:number>/", confirm.row, name="draft-row"),
    path("documents/<int:pk>/confirm/finish/", confirm.finish, name="finish-document"),
    path("plans/compare/", comparing.compare, name="compare-plans"),
    path("plans/<int:pk>/next-year/", next_year.next_year, name="next-year"),
    path("targets/<int:pk>/links/", comparing.decide, name="target-links"),
    path("targets/<int:pk>/bind/", binding.bind, name="bind-target"),
    path("targets/<int:pk>/definition/", binding.definition, name="target-definition"),
]
