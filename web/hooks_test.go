package web

import (
	"errors"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

type twoHooks struct{}

func (twoHooks) ProcessRequest(*Request) (*Response, error)                   { return nil, nil }
func (twoHooks) ProcessResponse(_ *Request, res *Response) (*Response, error) { return res, nil }

type chooses struct{ twoHooks }

func (chooses) HookSet() HookSet { return HookSet{Request: twoHooks{}} }

func TestHooksOf(t *testing.T) {
	set := HooksOf(twoHooks{})
	require.NotNil(t, set.Request)
	require.NotNil(t, set.Response)
	require.Nil(t, set.View)
	require.False(t, set.Empty())
	require.Nil(t, HooksOf(chooses{}).Response, "what a layer says counts, not its methods")
	require.True(t, HooksOf(42).Empty())
	require.True(t, HooksOf(nil).Empty())
}

func TestFuture(t *testing.T) {
	boom := errors.New("boom")
	res, err := Resolved(New(204), nil).Await()
	require.NoError(t, err)
	require.Equal(t, 204, res.StatusCode())

	release := make(chan struct{})
	future := Go(func() (*Response, error) {
		<-release
		return nil, boom
	})
	select {
	case <-future.Done():
		t.Fatal("done before its work")
	default:
	}
	close(release)
	_, err = future.Await()
	require.ErrorIs(t, err, boom)
	_, err = future.Await()
	require.ErrorIs(t, err, boom)

	_, err = Go(func() (*Response, error) { panic(&Raised{ErrExit}) }).Await()
	require.Equal(t, ErrExit, err)
	_, err = Go(func() (*Response, error) { panic("text") }).Await()
	require.ErrorContains(t, err, "text")
	_, err = Go(func() (*Response, error) { runtime.Goexit(); return nil, nil }).Await()
	require.ErrorContains(t, err, "without an answer")
	var none *Future
	res, err = none.Await()
	require.NoError(t, err)
	require.Nil(t, res)
}

func TestProfiles(t *testing.T) {
	var names []string
	for _, p := range Profiles() {
		names = append(names, p.Name)
	}
	require.Equal(t, []string{"1.8", "1.9", "1.10", "1.11", "2.2", "3.2", "4.2", "5.0", "5.2", "6.0", "6.1"}, names)
	same := Django61()
	same.Name = Django42().Name
	require.Equal(t, Django42(), same, "nothing changed for working layers from 4.2 on")
	require.NotEqual(t, Django32().StreamsOnTask, Django42().StreamsOnTask)
}
