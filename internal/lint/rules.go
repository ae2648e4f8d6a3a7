package lint

// Rules are all rules in the order of their ids.
//
// Considered and left out: Django's checks that run only under "check --deploy"
// (security.W001 to W027). They speak of values of settings, or of the absence
// of a layer that many sites leave out on purpose, and Django runs them itself.
func Rules() []*Rule {
	return []*Rule{
		&wrongOrder,
		&duplicateLayer,
		&missingLayer,
		&conflictingLayers,
		&removedPath,
		&ignoredSetting,
		&bothSettings,
		&unresolvedPath,
		&missingRequirement,
		&futurePath,
		&unsetAttribute,
		&lateSession,
		&unsetInResponse,
		&removedAttribute,
		&lateMessage,
		&ownOrder,
		&oldClass,
		&newClass,
		&mixinInit,
		&uncalledHook,
		&returnsNothing,
		&droppedResponse,
		&hookSignature,
		&factoryReturnsNothing,
		&sharedState,
		&leakingLocal,
		&notAFactory,
		&asyncHook,
		&modeMismatch,
		&unmarkedCoroutine,
		&unawaitedResponse,
		&contentOfStream,
		&consumedStream,
		&staleLength,
		&overwrittenVary,
		&earlyBody,
		&iteratorKind,
		&malformedSuppression,
		&unusedSuppression,
	}
}
