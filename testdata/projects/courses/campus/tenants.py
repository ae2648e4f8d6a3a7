from django.db import connection
from django.http import Http404
from django.utils.deprecation import MiddlewareMixin

from campus.models import School


class TenantMiddleware(MiddlewareMixin):
    """Chooses the school by the host and its schema in the database."""

    def process_request(self, request):
        host = request.get_host().split(":")[0]
        school = School.objects.filter(host=host).first()
        if school is None:
            raise Http404("no school at %s" % host)
        request.school = school
        connection.set_schema(request.school.schema)

    def process_response(self, request, response):
        response["X-School"] = request.school.name
        connection.set_schema_to_public()
        return response
