using Synapse.Ingestion.Chunking;

namespace Synapse.Tests.Ingestion;

public sealed class DefinitionTests
{
    [Theory]
    [InlineData("csharp", """""
        using System;
        namespace A.B
        {
            /// <summary>Doc with { brace.</summary>
            [Obsolete("x {")]
            public sealed class Foo<T> : Base<T>, IThing where T : class
            {
                private const string Text = "a { b } c";
                private readonly Dictionary<string, int> _map = new() { ["x"] = 1 };
                public Foo(int x) : base(x) { }
                public int Count { get; private set; } = 3;
                public int Twice => Count * 2;
                public string this[int i] { get { return $"{i}"; } }
                public async Task<List<int>> RunAsync<U>(Func<U> f, CancellationToken c = default) where U : new()
                {
                    if (f is null) { throw new Exception(@"x ""{"" y"); }
                    foreach (var x in y) { }
                    return """"raw "{{" text"""";
                }
                public static bool operator ==(Foo<T> a, Foo<T> b) => a.Equals(b);
                event EventHandler Changed { add { } remove { } }
                bool IThing.Ready => throw new NotImplementedException();
                protected abstract void Later(int a);
                private enum Kind { A, B }
            }
            public record Point(int X, int Y);
            public interface IThing { bool Ready { get; } void Go(); }
            public delegate void Handler(object sender);
        }
        """"", "Foo Foo.Foo Foo.Count Foo.Twice Foo.this Foo.RunAsync Foo.operator Foo.Changed Foo.IThing.Ready Foo.Later Foo.Kind Point IThing IThing.Ready IThing.Go Handler")]
    [InlineData("java", """
        package a.b;
        import java.util.*;
        /** Doc { */
        @Service("x{")
        public class Foo<T extends Bar> extends Base implements Baz {
            private static final char BRACE = '{';
            private final List<String> list = new ArrayList<>() {{ add("x"); }};
            static { init(); }
            public Foo(int x) { super(x); }
            @Override
            public <R> Map<String, R> map(Function<T, R> f) throws IOException {
                for (int i = 0; i < 3; i++) { run(() -> { }); }
                return null;
            }
            abstract int size();
            enum Color { RED, GREEN { void x() {} } }
            interface Inner { void call(); }
            record Pair(int a, int b) { Pair { check(a); } }
        }
        """, "Foo Foo.Foo Foo.map Foo.size Foo.Color Foo.Inner Foo.Inner.call Foo.Pair")]
    [InlineData("kotlin", """
        package a
        import b.c
        data class Point(val x: Int, val y: Int)
        class Foo(private val a: Int) : Base(a), Bar {
            private val map = mapOf("a" to 1)
            fun one() = a + 1
            override suspend fun two(x: Int): String {
                return "${x}{"
            }
            companion object {
                fun create(): Foo = Foo(1)
            }
        }
        fun <T> List<T>.second(): T = this[1]
        object Registry { fun get() { } }
        interface Shape { fun area(): Double }
        """, "Point Foo Foo.one Foo.two Foo.create second Registry Registry.get Shape Shape.area")]
    [InlineData("scala", """
        package a.b
        import c._
        case class Point(x: Int, y: Int)
        trait Shape[F[_]] {
          def area: Double
          def scale(k: Int): Shape = {
            new Shape { }
          }
        }
        object Shape {
          def apply(x: Int) = x
        }
        """, "Point Shape Shape.area Shape.scale Shape Shape.apply")]
    [InlineData("c", """
        #include <stdio.h>
        #define MAX(a, b) ((a) > (b) ? (a) : (b))
        struct point { int x; int y; };
        typedef struct { int a; } thing_t;
        static const char *names[] = { "a", "b{" };
        int declared(int x);
        /* comment { */
        static struct point *make_point(int x, int y)
        {
        #ifdef DEBUG
            if (x) {
        #else
            if (y) {
        #endif
                return NULL;
            }
            char c = '{';
            return 0;
        }
        enum color { RED, GREEN };
        __attribute__((noreturn)) void fail(const char *why) { exit(1); }
        int main(int argc, char **argv) { return MAX(1, 2); }
        """, "MAX point thing_t make_point color fail main")]
    [InlineData("cpp", """
        #pragma once
        namespace a::b {
        template <typename T, typename U = int>
        class API Foo final : public Base<T> {
         public:
          Foo(int x) : x_(x) {}
          ~Foo() {}
          void run() const override { auto f = [&](int y) { return y; }; }
          bool operator==(const Foo& o) const { return true; }
          int declared(int x);
         private:
          int x_{0};
          struct Inner { int z; };
        };
        void Foo::declared(int x) { const char* s = R"x({ " )x"; }
        int free_function() { return 1'000; }
        }  // namespace
        """, "Foo Foo.Foo Foo.Foo Foo.run Foo.operator Foo.Inner Foo.declared free_function")]
    [InlineData("go", """
        package main

        import (
        	"fmt"
        )

        const x = `raw { `

        // Reader reads.
        type Reader struct {
        	name string
        }

        type Writer interface {
        	Write(p []byte) (int, error)
        }

        type ID int

        func (r *Reader) Read(p []byte) (n int, err error) {
        	if r == nil {
        		return
        	}
        	c := '{'
        	return
        }

        func New[T any](x T) *Reader { return &Reader{name: "}"} }

        var y = map[string]int{"a": 1}

        func main() {
        }
        """, "Reader Writer ID Read New main")]
    [InlineData("rust", """
        use std::fmt;
        #[derive(Debug, Clone)]
        pub struct Point<'a> { x: &'a str }
        pub struct Unit(i32);
        pub(crate) fn inner(x: u8) -> u8 { x }
        pub(in crate::a) struct Hidden { x: u8 }
        pub trait Shape { fn area(&self) -> f64; fn name(&self) -> String { "x{".into() } }
        impl<'a> fmt::Display for Point<'a> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, r#"{"{" }"#, '{') }
        }
        impl<'a> Point<'a> {
            pub const fn new(x: &'a str) -> Self { Self { x } }
        }
        pub enum Kind { A, B(i32) }
        macro_rules! my_macro { ($x:expr) => { $x }; }
        pub async fn run<T: Into<String>>(t: T) -> Result<(), Box<dyn Error>> where T: Send { Ok(()) }
        mod tests { #[test] fn works() { } }
        type Alias = Vec<u8>;
        """, "Point Unit inner Hidden Shape Shape.area Shape.name Point Point.fmt Point Point.new Kind my_macro run works Alias")]
    [InlineData("swift", """
        import Foundation
        @available(iOS 13, *)
        public final class Session: NSObject {
            let name: String
            public private(set) var total: Int { 1 }
            var count: Int { items.count }
            public init(name: String) {
                self.name = name
            }
            deinit { }
            func run<T>(_ x: T) async throws -> String where T: P {
                return "\(x) {"
            }
        }
        extension Session: Equatable {
            static func == (a: Session, b: Session) -> Bool { true }
            func more() { }
        }
        protocol P { func go() }
        enum E { case a, b }
        struct S { }
        """, "Session Session.total Session.count Session.init Session.deinit Session.run Session Session.more P P.go E S")]
    [InlineData("php", """
        <?php
        namespace App\Models;
        use Foo\Bar;
        abstract class User extends Model implements A, B
        {
            use SoftDeletes;
            private $x = ['a' => 1];
            public function __construct(private int $id) {}
            public static function find(?int $id): ?self
            {
                // comment with ' quote {
                return "text {$id}";
            }
            abstract protected function later(): void;
        }
        function helper($x) { return <<<EOT
        text { here
        EOT;
        }
        trait T { function t() {} }
        interface I { public function i(); }
        """, "User User.__construct User.find User.later helper T T.t I I.i")]
    [InlineData("javascript", """
        'use strict';
        import x from 'y';
        export default class Foo extends Bar {
          static #count = 0;
          constructor(a) { super(a); }
          async run(x) { const re = /[{]/g; return `a ${x ? `{` : '}'} b`; }
          get size() { return 1; }
          handler = (e) => { };
        }
        export function plain(a, b) { return a / b / 2; }
        const arrow = (a) => a + 1;
        const block = async (a) => {
          return a;
        };
        exports.exported = function (x) { };
        Foo.prototype.extra = function () { };
        function* gen() { }
        const obj = {
          method(a) { return 1; },
          prop: function () { return 2; },
          short: (x) => { return 3; },
        };
        describe('x', () => {
          it('y', () => { });
        });
        """, "Foo Foo.constructor Foo.run Foo.size Foo.handler plain arrow block exported Foo.extra gen obj obj.method obj.prop obj.short")]
    [InlineData("typescript", """
        export interface Shape<T> { area(): number; name?: string }
        export type Id = string | number;
        export enum Kind { A = 1, B }
        export abstract class Foo<T extends object> implements Shape<T> {
          private readonly x: Map<string, number> = new Map();
          constructor(private a: number) {}
          @Input() set value(v: string) { this.x = v; }
          public async run<U>(x: (a: number) => void, y = { a: 1 }): Promise<U> { return x as any; }
          abstract later(): void;
        }
        export const make = <T,>(x: T): T => { return x; };
        export function over(a: string): void;
        namespace N { export function inner() {} }
        declare module 'x' { }
        """, "Shape Shape.area Id Kind Foo Foo.constructor Foo.value Foo.run Foo.later make over inner")]
    [InlineData("zig", """
        const std = @import("std");
        pub const Point = struct {
            x: f32,
            pub fn init(x: f32) Point {
                return .{ .x = x };
            }
        };
        pub fn main() !void {
            const c = '{';
        }
        test "a test" { }
        """, "Point Point.init main")]
    [InlineData("dart", """
        import 'x.dart';
        abstract class Foo extends Bar with Baz {
          final int x;
          Foo(this.x) : super('a');
          @override
          Widget build(BuildContext context) {
            return Text('it\'s {');
          }
          int get size => 1;
        }
        mixin M { void m() {} }
        void main() { }
        """, "Foo Foo.Foo Foo.build M M.m main")]
    [InlineData("python", "import os\n\n@decorator(\n    arg)\nclass Foo(Base):\n    \"\"\"Doc\n\n    def not_this(self):\n    \"\"\"\n    x = 1\n\n    def __init__(self, a,\n                 b=None):\n        self.a = a\n\n        def nested():\n            pass\n\n    @property\n    async def run(self) -> int:\n        return {'def': 1}\n\n\ndef top(x):\n    s = '''\ndef fake(): pass\n'''\n    return x\n\nCONSTANT = [\n    1,\n]\n", "Foo Foo.__init__ Foo.run top")]
    [InlineData("ruby", """
        require 'x'
        module Rack
          class Foo < Bar::Base
            attr_reader :x
            def initialize(a)
              @a = a
              if a
                b
              end
            end
            def self.build; new(1) end
            def ready?
              <<~SQL
            def fake
              SQL
            end
            private def hidden = 1
            class << self
              def single
              end
            end
          end
        end
        def top(x)
        end
        """, "Rack Rack.Foo Rack.Foo.initialize Rack.Foo.build Rack.Foo.ready? Rack.Foo.hidden Rack.Foo.single top")]
    [InlineData("lua", """
        local M = {}
        local function helper(x)
          return x
        end
        function M.run(a, b)
          local s = [[
        function fake()
        ]]
        end
        M.other = function(x)
        end
        function M:method()
        end
        return M
        """, "helper M.run M.other M.method")]
    [InlineData("bash", """
        #!/bin/bash
        set -e
        main() {
          if [ -n "$1" ]; then
            echo "${#x}"
          fi
          cat <<EOF
        fake() {
        EOF
        }
        function other {
          :
        }
        main "$@"
        """, "main other")]
    [InlineData("haskell", """
        {-# LANGUAGE X #-}
        module Data.Foo where
        import Data.List
        -- | Doc
        data Tree a = Leaf | Node (Tree a) a
          deriving Show
        class Shape a where
          area :: a -> Double
        insert :: Ord a => a -> Tree a -> Tree a
        insert x Leaf = Leaf
        insert x (Node l y r)
          | x < y = l
          where z = 1
        instance Show Foo where
          show _ = "x"
        """, "Tree Shape insert Show")]
    [InlineData("elixir", """
        defmodule MyApp.Repo do
          @moduledoc \"\"\"
          def fake(x) do
          \"\"\"
          use Ecto
          @doc "x"
          def all(x) do
            x
          end
          def one(x), do: x
          defp hidden(x) when x > 1 do
            x
          end
          defmacro mac(x) do
          end
        end
        """, "MyApp.Repo MyApp.Repo.all MyApp.Repo.one MyApp.Repo.hidden MyApp.Repo.mac")]
    [InlineData("sql", "-- x\nCREATE TABLE IF NOT EXISTS users (\n  id int\n);\n\ncreate or replace function f(a int) returns int as $$\nbegin\ncreate table fake ();\nend;\n$$ language plpgsql;\n\nSELECT 1;\n", "users f")]
    [InlineData("clojure", "(ns a.b)\n\n(defn run-it!\n  \"Doc\"\n  [x]\n  (inc x))\n\n(def value 1)\n", "run-it! value")]
    [InlineData("erlang", "-module(a).\n\n-spec run(integer()) -> ok.\nrun(0) ->\n    ok;\nrun(X) ->\n    X.\n\nother() -> ok.\n", "run other")]
    [InlineData("fsharp", "module A.B\n\nlet rec fact n =\n    if n = 0 then 1 else n\n\ntype Shape =\n    | Circle\n    member this.Area = 1\n", "B fact Shape Shape.Area")]
    [InlineData("powershell", "<#\n function Fake {\n#>\nfunction Get-Thing {\n  param($x)\n}\nclass Foo {\n  [int] $X\n}\n", "Get-Thing Foo")]
    [InlineData("r", "x <- 1\nrun <- function(a,\n                b) {\n  a\n}\n", "run")]
    [InlineData("perl", "package Foo;\nuse strict;\n\n=pod\n\nsub fake {\n\n=cut\n\nsub run {\n  my $x = shift;\n}\n", "run")]
    [InlineData("julia", "module X\nfunction run(a)\n  a\nend\nstruct P\n  x\nend\nf(x) = x + 1\nend\n", "X run P f")]
    [InlineData("makefile", "CC = gcc\nall: a b\n\tcc\n.PHONY: all\nclean:\n\trm\n", "all clean")]
    [InlineData("terraform", "resource \"aws_vpc\" \"main\" {\n  x = 1\n}\nvariable \"region\" {\n}\n", "aws_vpc.main region")]
    [InlineData("protobuf", "syntax = \"proto3\";\nmessage Foo {\n  int32 a = 1;\n}\nservice S {\n  rpc Get(Foo) returns (Foo);\n}\n", "Foo S S.Get")]
    [InlineData("graphql", "type Foo {\n  a: Int\n}\nextend type Query {\n  b: Int\n}\n", "Foo Query")]
    public void Chunker_finds_the_definitions_of(string language, string text, string definitions)
    {
        var found = Chunker.Chunk(text.Replace("\\\"", "\"", StringComparison.Ordinal), language).SelectMany(chunk => chunk.Definitions);

        Assert.Equal(definitions, string.Join(' ', found));
    }
}
