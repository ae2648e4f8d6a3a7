package django_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/django/osfiles"
	"github.com/mwcheck/mwcheck/internal/testenv"
)

// What the projects of the corpus hold, found by reading them: each settings
// module with its role and whether it is checked, and the Django release. Of
// all their files that assign MIDDLEWARE at the left margin, only Django's own
// defaults and an example in a docstring are no settings.
func TestCorpusSettings(t *testing.T) {
	const packages = "usr/lib/python3/dist-packages/"
	tests := []struct {
		name string
		want []string
	}{
		{"freedombox", []string{
			"plinth.settings " + packages + "plinth/settings.py settings checked 2.0-",
			"plinth.tests.data.django_test_settings " + packages + "plinth/tests/data/django_test_settings.py test 2.0-",
		}},
		{"graphite-web", []string{
			"graphite.app_settings " + packages + "graphite/app_settings.py base -3.2",
			"graphite.settings " + packages + "graphite/settings.py entry checked -3.2",
		}},
		// The executable names dev or prod, in a variable.
		{"lava-server", []string{
			"lava_server.settings.common " + packages + "lava_server/settings/common.py base 1.10-",
			"lava_server.settings.dev " + packages + "lava_server/settings/dev.py entry checked 1.10-",
			"lava_server.settings.prod " + packages + "lava_server/settings/prod.py entry checked 1.10-",
		}},
		{"mailman3-web", []string{"settings usr/share/mailman3-web/settings.py entry checked 1.10-3.2"}},
		{"python3-django-horizon", []string{
			"horizon.test.settings " + packages + "horizon/test/settings.py test 2.0-",
			"openstack_auth.tests.settings " + packages + "openstack_auth/tests/settings.py test 2.0-",
			"openstack_dashboard.settings " + packages + "openstack_dashboard/settings.py settings checked 2.0-",
			"openstack_dashboard.test.settings " + packages + "openstack_dashboard/test/settings.py test 2.0-",
		}},
		{"python3-django-hyperkitty", []string{
			"hyperkitty.tests.settings_test " + packages + "hyperkitty/tests/settings_test.py test checked 2.0-4.2",
			"settings usr/share/doc/python3-django-hyperkitty/examples/settings.py example checked 2.0-",
		}},
		{"python3-django-guardian", []string{"guardian.testapp.testsettings " + packages + "guardian/testapp/testsettings.py test checked 2.2-3.2"}},
		{"python3-ara", []string{"ara.server.settings " + packages + "ara/server/settings.py entry checked 2.1-2.2"}},
		// The settings lie in /etc, behind an absolute link.
		{"dicoweb", []string{"dicoweb.settings etc/dicoweb/settings.py entry checked 2.0-3.2"}},
		{"wims-lti", []string{"wimsLTI.settings var/lib/wims-lti/wimsLTI/settings.py entry checked 3.0-3.2"}},
		// Django itself, and libraries without settings of their own.
		{"python3-django", nil},
		{"python3-django-allauth", nil},
		{"python3-django-debug-toolbar", nil},
		{"python3-django-otp", nil},
		{"python3-whitenoise", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := testenv.Corpus(t, tt.name)
			files := osfiles.Files{Dir: dir}
			p, err := django.Load(context.Background(), files, django.Options{WorkDir: filepath.ToSlash(dir)})
			if tt.want == nil {
				require.ErrorIs(t, err, django.ErrNothing)
				require.Empty(t, p.Settings)
				return
			}
			require.NotNil(t, p, "%v", err)
			var got []string
			for _, m := range p.Settings {
				text := fmt.Sprintf("%s %s %s", m.Module, m.File, m.Role)
				if m.Checked {
					text += " checked"
				}
				text += fmt.Sprintf(" %s-%s", m.Django.Low, m.Django.High)
				got = append(got, strings.ReplaceAll(text, "unknown", ""))
			}
			require.Equal(t, tt.want, got)
			for _, n := range p.Notes {
				require.False(t, strings.HasPrefix(n.Span.File, ".."), "a note on a file outside: %v", n)
			}
		})
	}
}
