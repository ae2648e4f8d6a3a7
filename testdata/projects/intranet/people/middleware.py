from people.models import Department


class DepartmentMiddleware(object):
    """Sets request.department for people who have just one."""

    def process_request(self, request):
        request.department = None
        if not request.user.is_authenticated():
            return
        found = Department.objects.filter(members=request.user)
        if found.count() <> 1:
            return
        request.department = found[0]

    def process_exception(self, request, exception):
        if not request.__dict__.has_key('department'):
            print 'failed before a department was known:', repr(exception)
