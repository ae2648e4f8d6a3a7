from django.conf.urls import patterns, url

urlpatterns = patterns('people.views', url(r'^$', 'index'))
