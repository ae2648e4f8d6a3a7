package lint

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/catalog"
)

// notFromFacts are the known checks that no fact stands for, and why. Checks
// that run only under "check --deploy" are not listed one by one: they speak of
// values of settings, or of the absence of layers that many sites leave out.
var notFromFacts = map[string]string{
	"1_10.W001":              "the rule both-settings",
	"1_7.W001":               "speaks of settings without any list; there is no stack to report it on",
	"security.W027":          "needs the value of the policy and the context processors of templates",
	"start:hosts-toolbar":    "hosts.before-debugtoolbar",
	"start:elasticapm-check": "elasticapm.first; the agent adds itself where it is missing",
	"runtime:csp-nonce":      "csp.before-nonce-users",
	"start:allauth":          "allauth.required",
	"runtime:xview-user":     "dj.xview-requires-auth",
}

// TestChecksAreAccountedFor holds the list of checks against the facts: every
// check is behind a fact, or it is said why not.
func TestChecksAreAccountedFor(t *testing.T) {
	behind := map[string]string{}
	for _, f := range catalog.Default().Facts {
		for _, id := range f.CheckID {
			id, _, _ = strings.Cut(id, " ")
			behind[id] = f.ID
		}
	}
	facts, rules := 0, 0
	for _, c := range catalog.Checks() {
		reason, listed := notFromFacts[c.ID]
		switch {
		case behind[c.ID] != "":
			facts++
			require.False(t, listed, "%s is behind %s", c.ID, behind[c.ID])
			delete(behind, c.ID)
		case c.DeployOnly:
			require.False(t, listed, c.ID)
		default:
			rules++
			require.True(t, listed, "%s: no fact, and no reason", c.ID)
			word, _, _ := strings.Cut(reason, ";")
			if strings.Contains(word, ".") && !strings.Contains(word, " ") {
				require.NotNil(t, catalog.Default().Fact(word), word)
			}
		}
	}
	require.Empty(t, behind, "facts that name a check which is not in the data")
	require.Equal(t, len(notFromFacts), rules)
	require.Equal(t, 23, facts) // of 48: 17 run only under --deploy, 8 are in the table above
}
