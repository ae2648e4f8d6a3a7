package lint

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/testenv"
)

// liveDriver runs examples on Django.
//
//go:embed testdata/live.py
var liveDriver string

// liveCase is an example that is run on Django 3.2: its requests, and what has
// to become of each; "does not start: …" stands for all.
type liveCase struct {
	rule string
	good bool
	// text takes the place of the example's shop/middleware.py: another way in
	// which a layer breaks the rule, or does not.
	text string
	asks []string
	want []string
}

// notLive are the rules on classes and their order without a live case, or
// without one for an example, and why.
var notLive = map[string]string{
	"MW123 bad":  "Django 3.2 still has is_ajax, another removed attribute is read instead",
	"MW130 bad":  "the order is the project's own wish: Django starts with any",
	"MW130 good": "the order is the project's own wish: Django starts with any",
	"MW202 bad":  "MIDDLEWARE_CLASSES: Django 1.11 and earlier",
}

// TestLive runs the bad and the good example of each rule on classes and on
// derived order on a real Django, and wants the failure that the rule's page
// speaks of, or none.
func TestLive(t *testing.T) {
	type input struct {
		Files map[string]string `json:"files"`
		Asks  []string          `json:"asks"`
	}
	var inputs []input
	for _, c := range liveCases {
		r := Find(c.rule)
		require.NotNil(t, r, c.rule)
		files := c.example().Files()
		files["shop/__init__.py"] = ""
		files["shop/models.py"] = "class Manager:\n    async def aget(self, **kwargs):\n        return kwargs\n\n\nclass Tenant:\n    objects = Manager()\n"
		inputs = append(inputs, input{files, c.asks})
	}
	var answers [][]string
	question, err := json.Marshal(inputs)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(runLive(t, question), &answers))
	require.Len(t, answers, len(liveCases))
	for i, c := range liveCases {
		assert.Equal(t, strings.Join(c.want, "\n"), strings.Join(answers[i], "\n"), "%s good=%t %v\n%s", c.rule, c.good, c.asks, inputs[i].Files[ExampleCode])
	}
}

// example is what the case runs.
func (c liveCase) example() Example {
	r := Find(c.rule)
	example := r.Bad
	if c.good {
		example = r.Good
	}
	if c.text != "" {
		example.Code = c.text
	}
	return example
}

// TestLiveIsReported wants the rule to report what fails, and nothing else.
func TestLiveIsReported(t *testing.T) {
	for _, c := range liveCases {
		example := c.example()
		_, stacks := example.Settings()
		findings, _ := Run(stacks, example.Config())
		var rules []string
		for _, f := range findings {
			rules = append(rules, f.Rule)
		}
		if c.good {
			require.Empty(t, rules, "%s\n%s", c.rule, example.Code)
			continue
		}
		require.Contains(t, rules, c.rule, example.Code)
	}
}

// TestLiveIsWhole wants both examples of each rule to be run, or a reason.
func TestLiveIsWhole(t *testing.T) {
	run := map[string]bool{}
	for _, c := range liveCases {
		if c.text == "" {
			run[c.rule+map[bool]string{true: " good", false: " bad"}[c.good]] = true
		}
	}
	for _, r := range Rules() {
		if r.ID < "MW12" || r.ID >= "MW9" {
			continue
		}
		for _, which := range []string{" bad", " good"} {
			_, excused := notLive[r.ID+which]
			require.NotEqual(t, excused, run[r.ID+which], "%s%s has a live case or a reason why not", r.ID, which)
			delete(run, r.ID+which)
		}
	}
	require.Empty(t, run)
}

// runLive starts Python with the Django of .corpus.
func runLive(t *testing.T, question []byte) []byte {
	python, path := testenv.Django(t)
	probe := exec.Command(python, "-c", "import os, sys; sys.exit(not hasattr(os, 'fork'))")
	if probe.Run() != nil {
		t.Skip("this system has no fork")
	}
	cmd := exec.Command(python, "-W", "ignore", "-c", liveDriver)
	cmd.Env = append(os.Environ(), "PYTHONPATH="+path, "PYTHONDONTWRITEBYTECODE=1")
	cmd.Stdin = bytes.NewReader(question)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	output, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	return output
}
