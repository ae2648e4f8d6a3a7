from django.shortcuts import render_to_response
from django.template import RequestContext

from people.models import Department


def index(request):
    return render_to_response('people/index.html', {'departments': Department.objects.all()},
                              context_instance=RequestContext(request))
