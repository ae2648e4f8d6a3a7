package config

import "github.com/mwcheck/mwcheck/internal/stack"

// truth is true or false with the place where it is written; zero where it is not.
type truth struct {
	Value bool
	Span  stack.Span
}

// file is a configuration file as it is written. The doc tags are the
// descriptions in the JSON schema.
type file struct {
	Select    []Text       `toml:"select" doc:"The only findings that are reported: ids or names of rules, beginnings of ids (MW1, MW10x), ids of facts."`
	Ignore    []Text       `toml:"ignore" doc:"Findings that are not reported, in the same form. The closer name wins; ignore, where both are equal."`
	Severity  table[Text]  `toml:"severity" doc:"Another severity for the findings of a rule, a group of rules or a fact." enum:"error,warning,note,off"`
	PerPath   []perPath    `toml:"per-path" doc:"Other decisions for findings in some files; later tables over earlier ones."`
	Exclude   []Text       `toml:"exclude" doc:"Patterns of files, relative to this file: settings modules in them are not checked and nothing is reported in them."`
	Django    Text         `toml:"django" doc:"The Django version to check for, as 4.2; --django goes first."`
	Settings  []Text       `toml:"settings" doc:"Dotted names of the settings modules to check; no others are."`
	FailOn    Text         `toml:"fail-on" doc:"The least severity that makes the exit code 1; --fail-on goes first." enum:"error,warning,note,never"`
	Baseline  Text         `toml:"baseline" doc:"The file of accepted findings, relative to this file; --baseline goes first."`
	Order     table[order] `toml:"order" doc:"What must stand where, by dotted path or pattern of dotted paths; reported as own-order."`
	Layers    []layerTable `toml:"layers" doc:"Middleware that the catalog does not know."`
	Facts     []factTable  `toml:"facts" doc:"Facts on the order and the needs of layers, beside those of the catalog."`
	Providers table[Text]  `toml:"providers" doc:"Who sets an attribute of the request: the dotted path of a layer, or outside."`
}

type perPath struct {
	Paths    []Text      `toml:"paths" doc:"Patterns of files, relative to this file." required:"true"`
	Select   []Text      `toml:"select" doc:"The only findings that are reported in these files."`
	Ignore   []Text      `toml:"ignore" doc:"Findings that are not reported in these files."`
	Severity table[Text] `toml:"severity" doc:"Another severity in these files." enum:"error,warning,note,off"`
	Span     stack.Span
}

type order struct {
	Before []Text `toml:"before" doc:"Layers that it has to stand before, by dotted path or pattern."`
	After  []Text `toml:"after" doc:"Layers that it has to stand after, by dotted path or pattern."`
	First  truth  `toml:"first" doc:"Only layers of which the same is asked stand further out."`
	Last   truth  `toml:"last" doc:"Only layers of which the same is asked stand further in."`
	Reason Text   `toml:"reason" doc:"Why; part of the message."`
	Span   stack.Span
}

type layerTable struct {
	Path     Text   `toml:"path" doc:"The dotted path of the class or function." required:"true"`
	Package  Text   `toml:"package" doc:"The distribution it comes from, for package_from of facts."`
	Style    Text   `toml:"style" doc:"How it is written." enum:"classic,mixin,modern,unknown"`
	Hooks    []Text `toml:"hooks" doc:"Its hooks, as process_request or __call__."`
	Function truth  `toml:"function" doc:"It is a factory function, not a class."`
	Sync     *truth `toml:"sync" doc:"It can run synchronously; the default is true."`
	Async    *truth `toml:"async" doc:"It can run asynchronously; the default is false."`
	Reads    []Text `toml:"reads" doc:"Attributes of the request that it reads, as session."`
	Writes   []Text `toml:"writes" doc:"Attributes of the request that it sets."`
	Answers  []Text `toml:"answers" doc:"When it answers by itself, in words."`
	Tags     []Text `toml:"tags" doc:"Tags of the catalog, as sets-session; see docs/rules/facts.md for what they mean to facts."`
	Subclass Text   `toml:"subclass_of" doc:"A layer of the catalog whose part it plays."`
	Requires []Text `toml:"requires" doc:"Dotted paths of layers that have to be in the list too."`
	Apps     []Text `toml:"requires_apps" doc:"Apps that have to be installed."`
	Settings []Text `toml:"requires_settings" doc:"Settings that have to be assigned."`
	Reason   Text   `toml:"reason" doc:"What goes wrong where a requirement is not met."`
	Span     stack.Span
}

type factTable struct {
	ID          Text       `toml:"id" doc:"A name of its own, as shop.tenant-first." required:"true"`
	Subject     Text       `toml:"subject" doc:"The layer it speaks of: a dotted path, or tag: and a tag of the catalog." required:"true"`
	Relation    Text       `toml:"relation" doc:"What it asks of the subject." required:"true" enum:"after,before,first,last,near_first,near_last,directly_after,requires,requires_any,required_by_app,requires_app,requires_setting,conflicts,replaces,replaced_by,remove,unique"`
	Targets     []Text     `toml:"targets" doc:"Dotted paths, tags, or * for every other layer; for relations to apps and settings their names."`
	Strength    Text       `toml:"strength" doc:"must: it fails otherwise, an error; should: a warning." enum:"must,should"`
	Reason      Text       `toml:"reason" doc:"One sentence: what goes wrong." required:"true"`
	Basis       Text       `toml:"basis" doc:"Where the statement comes from."`
	Django      djangoSpan `toml:"django" doc:"The Django versions it holds for, both ends included."`
	Suggest     Text       `toml:"suggest" doc:"The layer to add where a requires fact is not met."`
	When        when       `toml:"when" doc:"The value of a setting it depends on."`
	Exceptions  []Text     `toml:"exceptions" doc:"Layers or tags that may stand where it forbids it."`
	Literal     truth      `toml:"literal" doc:"Of a requirement: only the dotted path itself meets it, no subclass."`
	UsedWith    Text       `toml:"used_with" doc:"It holds only where this app is installed."`
	PackageFrom Text       `toml:"package_from" doc:"The first version of the subject's package it holds for."`
	Span        stack.Span
}

type djangoSpan struct {
	From Text `toml:"from" doc:"The first version, as 4.2."`
	To   Text `toml:"to" doc:"The last version."`
}

type when struct {
	Setting Text   `toml:"setting" doc:"The setting's name." required:"true"`
	Equals  *truth `toml:"equals" doc:"The truth value it has to have."`
	OneOf   []Text `toml:"one_of" doc:"The strings it may be."`
	Default truth  `toml:"default" doc:"Whether the fact holds where the setting is not assigned."`
}
