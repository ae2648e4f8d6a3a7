package cli_test

// The documents as a reader outside would declare them, written from
// docs/json.md and not from the code: decoding is strict, so that a field that
// is renamed, added or of another type fails.

type place struct {
	File      string `json:"file"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"end_line"`
	EndColumn int    `json:"end_column"`
}

type noteDocument struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Message string `json:"message"`
}

type findingsDocument struct {
	Schema   string `json:"schema"`
	Findings []struct {
		Rule     string `json:"rule"`
		Name     string `json:"name"`
		Fact     string `json:"fact"`
		Severity string `json:"severity"`
		Message  string `json:"message"`
		URL      string `json:"url"`
		place
		Stack    string   `json:"stack"`
		Subjects []string `json:"subjects"`
		Related  []struct {
			place
			Message string `json:"message"`
		} `json:"related"`
		Fixes []struct {
			Title  string `json:"title"`
			Safety string `json:"safety"`
			Edits  []struct {
				File      string `json:"file"`
				StartByte int    `json:"start_byte"`
				EndByte   int    `json:"end_byte"`
				Text      string `json:"text"`
			} `json:"edits"`
		} `json:"fixes"`
		Fingerprint string `json:"fingerprint"`
		Suppression *struct {
			Kind          string `json:"kind"`
			Justification string `json:"justification"`
			File          string `json:"file"`
			Line          int    `json:"line"`
			Column        int    `json:"column"`
		} `json:"suppression"`
	} `json:"findings"`
	Notes   []noteDocument `json:"notes"`
	Summary struct {
		Settings   int `json:"settings"`
		Stacks     int `json:"stacks"`
		Complete   int `json:"complete"`
		Layers     int `json:"layers"`
		Errors     int `json:"errors"`
		Warnings   int `json:"warnings"`
		Notes      int `json:"notes"`
		Suppressed int `json:"suppressed"`
		LeftOut    int `json:"left_out"`
	} `json:"summary"`
}

type stacksDocument struct {
	Schema string `json:"schema"`
	Stacks []struct {
		ID         string `json:"id"`
		Module     string `json:"module"`
		File       string `json:"file"`
		Setting    string `json:"setting"`
		Model      string `json:"model"`
		Complete   bool   `json:"complete"`
		Effective  bool   `json:"effective"`
		Conditions []struct {
			Text  string `json:"text"`
			File  string `json:"file"`
			Line  int    `json:"line"`
			Value bool   `json:"value"`
		} `json:"conditions"`
		Entries []struct {
			Path    string `json:"path"`
			Unknown bool   `json:"unknown"`
			Text    string `json:"text"`
			place
		} `json:"entries"`
	} `json:"stacks"`
	Notes []noteDocument `json:"notes"`
}

type conformDocument struct {
	Schema  string `json:"schema"`
	Engines map[string]struct {
		Pass        int `json:"pass"`
		Fail        int `json:"fail"`
		Unsupported int `json:"unsupported"`
	} `json:"engines"`
	Failures []struct {
		ID     string         `json:"id"`
		Engine string         `json:"engine"`
		Want   map[string]any `json:"want"`
		Got    map[string]any `json:"got"`
	} `json:"failures"`
	Unsupported map[string]int `json:"unsupported"`
	Skipped     int            `json:"skipped"`
}
