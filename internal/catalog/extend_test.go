package catalog

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestExtend(t *testing.T) {
	c := Default()
	layers, facts := len(c.Middleware), len(c.Facts)
	own := c.Extend(
		[]*Middleware{{Path: "shop.middleware.Tenant", Eras: []Era{{Style: "modern", Sync: true}}, Sources: []Source{{Repo: "shop", File: "a"}}}},
		[]*Fact{{
			ID: "shop.tenant", Subject: "shop.middleware.Tenant", Relation: After, Strength: Must, Basis: "own", Reason: "Because.",
			Targets: []string{"django.contrib.sessions.middleware.SessionMiddleware"}, Sources: []Source{{Repo: "shop", File: "a"}},
		}})
	require.Empty(t, Validate(own))
	require.True(t, own.Find("shop.middleware.Tenant").Own)
	require.True(t, own.Fact("shop.tenant").Own)
	require.Len(t, own.Facts, facts+1)

	require.Nil(t, c.Find("shop.middleware.Tenant"), "the catalog itself stays as it is")
	require.Nil(t, c.Fact("shop.tenant"))
	require.Len(t, c.Middleware, layers)
}

// An own fact that sets a must fact of Django on its head is refused by the
// validator in every version that has both.
func TestExtendFindsContradictions(t *testing.T) {
	own := Default().Extend(nil, []*Fact{{
		ID: "shop.wrong", Subject: "django.contrib.sessions.middleware.SessionMiddleware", Relation: After, Strength: Must, Basis: "own",
		Reason: "Because.", Targets: []string{"django.contrib.auth.middleware.AuthenticationMiddleware"}, Sources: []Source{{Repo: "shop", File: "a"}},
	}})
	errs := Validate(own)
	require.NotEmpty(t, errs)
	require.ErrorContains(t, errs[0], "cycle")
	require.ErrorContains(t, errs[0], "shop.wrong")
}

func TestWithout(t *testing.T) {
	c := Default()
	less := c.Without("dj.auth-after-session", "no.such-fact")
	require.Nil(t, less.Fact("dj.auth-after-session"))
	require.Len(t, less.Facts, len(c.Facts)-1)
	require.NotNil(t, c.Fact("dj.auth-after-session"))
}
